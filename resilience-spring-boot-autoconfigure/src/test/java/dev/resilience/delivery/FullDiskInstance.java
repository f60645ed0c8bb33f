package dev.resilience.delivery;

import java.nio.file.Path;

import dev.resilience.DeliveryRejectedException;

/**
 * A process that makes large calls until its disk is full.
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
				send(mails);
				System.out.println("done");
				Runtime.getRuntime().halt(0);
			});
	}

	private static void send(Mails mails) {
		for (int number = 0; number < 100; number++) {
			try {
				mails.send(new Mail(String.valueOf(number), LARGE));
				System.out.println("accepted " + number);
			}
			catch (DeliveryRejectedException ex) {
				System.out.println("refused " + number);
				return;
			}
		}
	}

}
