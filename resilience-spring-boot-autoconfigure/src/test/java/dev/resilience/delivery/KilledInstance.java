package dev.resilience.delivery;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.zaxxer.hikari.HikariDataSource;
import dev.resilience.DeliveryRejectedException;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceDeliveryAutoConfiguration;
import dev.resilience.delivery.ParcelClient.Parcel;
import dev.resilience.delivery.ParcelClient.Parcels;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * An application in a process of its own, which may be killed at any time. It does what
 * its standard input says until that ends, and tells on its standard output what has
 * happened.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({ ResilienceAutoConfiguration.class, ResilienceDeliveryAutoConfiguration.class })
@Import(ParcelClient.class)
class KilledInstance {

	private static final int CALLERS = 4;

	private static final FileOutputStream OUTPUT = new FileOutputStream(FileDescriptor.out);

	// without it calls are stored where they are by default, in an embedded database
	@Bean
	@ConditionalOnProperty("parcels.database")
	HikariDataSource dataSource(@Value("${parcels.database}") String url) {
		HikariDataSource dataSource = new HikariDataSource();
		dataSource.setJdbcUrl(url);
		dataSource.setMaximumPoolSize(20);
		dataSource.setMinimumIdle(2);
		// while the database is dead, callers are to be refused soon
		dataSource.setConnectionTimeout(1000);
		dataSource.setValidationTimeout(500);
		return dataSource;
	}

	/**
	 * Run until the standard input ends, at the latest with the process at its other end.
	 * @param arguments none
	 * @throws IOException if the standard input fails
	 */
	public static void main(String[] arguments) throws IOException {
		// the logs go another way than the answers
		System.setOut(System.err);
		ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext(KilledInstance.class);
				BufferedReader commands = new BufferedReader(
						new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
			Parcels parcels = context.getBean(Parcels.class);
			say("ready");
			for (String command = commands.readLine(); command != null; command = commands.readLine()) {
				if (command.equals("count")) {
					say("pending " + pending(context));
				}
				else {
					String id = command;
					callers.execute(() -> call(parcels, id));
				}
			}
		}
		finally {
			callers.shutdownNow();
		}
	}

	private static void call(Parcels parcels, String id) {
		say("begun " + id);
		try {
			parcels.send(new Parcel(id, "The content of the parcel " + id));
			say("accepted " + id);
		}
		catch (DeliveryRejectedException ex) {
			System.err.println(ex.getMessage());
			boolean certain = String.valueOf(ex.getMessage()).contains("nothing was stored");
			say((certain ? "refused " : "failed ") + id);
		}
	}

	private static long pending(ApplicationContext context) {
		DependencyDescriptor dependency = context.getBean(DependencyMapReader.class).read("parcels");
		DependencyDescriptor.Delivery delivery = (dependency != null) ? dependency.delivery() : null;
		return (delivery != null) ? delivery.pending() : -1;
	}

	// at once: a pipe takes a short text whole or not at all, whoever is killed
	private static void say(String text) {
		try {
			OUTPUT.write((text + '\n').getBytes(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
