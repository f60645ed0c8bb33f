package dev.resilience.delivery;

import java.nio.file.Path;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceDeliveryAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceMetricsAutoConfiguration;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/**
 * Applications with a durable mail partner, each with a store of its own.
 */
final class DurableApplication {

	private DurableApplication() {
	}

	/** An application that stores its calls in an embedded database. */
	static ApplicationContextRunner embedded(Path directory) {
		return runner().withPropertyValues("resilience.delivery.directory=" + directory);
	}

	/** An application that stores its calls through a pool of connections. */
	static ApplicationContextRunner pooled(String url) {
		return runner().withBean(DataSource.class, () -> {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl(url);
			return pool;
		}).withPropertyValues("resilience.delivery.initialize-schema=always");
	}

	static ApplicationContextRunner runner() {
		return runner(Mails.class);
	}

	static ApplicationContextRunner runner(Class<?> client) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class,
					ResilienceDeliveryAutoConfiguration.class, ResilienceMetricsAutoConfiguration.class))
			.withBean(SimpleMeterRegistry.class)
			.withBean(MailServer.class)
			.withUserConfiguration(client)
			.withPropertyValues("resilience.dependencies.mail.delivery=durable",
					"resilience.dependencies.mail.delivery.backoff.initial=10ms",
					"resilience.dependencies.mail.breaker.enabled=false", "resilience.delivery.poll-interval=20ms");
	}

	static MailServer server(ApplicationContext context) {
		return context.getBean(MailServer.class);
	}

	static DependencyDescriptor dependency(ApplicationContext context) {
		DependencyDescriptor dependency = context.getBean(DependencyMapReader.class).read("mail");
		if (dependency == null) {
			throw new AssertionError("There is no dependency of that name");
		}
		return dependency;
	}

	static DependencyDescriptor.@Nullable Delivery delivery(ApplicationContext context) {
		return dependency(context).delivery();
	}

	static long pending(ApplicationContext context) {
		DependencyDescriptor.Delivery delivery = delivery(context);
		return (delivery != null) ? delivery.pending() : -1;
	}

	static long dead(ApplicationContext context) {
		DependencyDescriptor.Delivery delivery = delivery(context);
		return (delivery != null) ? delivery.dead() : -1;
	}

	static double deliveries(ApplicationContext context, String result) {
		Counter counter = context.getBean(SimpleMeterRegistry.class)
			.find("resilience.deliveries")
			.tag("dependency", "mail")
			.tag("result", result)
			.counter();
		return (counter != null) ? counter.count() : 0;
	}

}
