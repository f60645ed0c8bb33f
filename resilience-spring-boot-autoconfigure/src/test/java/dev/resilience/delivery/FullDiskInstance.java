package dev.resilience.delivery;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import dev.resilience.DeliveryRejectedException;

/**
 * A process that makes large calls until its disk is full, and again when it is told to.
 */
final class FullDiskInstance {

	private static final String LARGE = "x".repeat(50_000);

	private FullDiskInstance() {
	}

	public static void main(String[] arguments) {
		DurableApplication.embedded(Path.of(arguments[0]))
			.withPropertyValues("resilience.delivery.heartbeat=100ms")
			.run((context) -> {
				DurableApplication.server(context).breakDown();
				Mails mails = context.getBean(Mails.class);
				BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
				int number = send(mails, 0, 1);
				System.out.println("done");
				while ("again".equals(input.readLine())) {
					// the database is opened anew by one of the first calls
					number = send(mails, number, 1000);
					System.out.println("done");
				}
				Runtime.getRuntime().halt(0);
			});
	}

	private static int send(Mails mails, int first, int refusals) {
		int number = first;
		int accepted = 0;
		int refused = 0;
		while (accepted < 100 && refused < refusals) {
			try {
				mails.send(new Mail(String.valueOf(number), LARGE));
				System.out.println("accepted " + number);
				accepted++;
			}
			catch (DeliveryRejectedException ex) {
				System.out.println("refused " + number);
				refused++;
			}
			number++;
		}
		return number;
	}

}
