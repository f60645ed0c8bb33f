package dev.resilience.delivery;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import dev.resilience.DependencyCall;

/**
 * A partner that takes mails, or does with each what a test says.
 */
final class MailServer {

	/** The mails that have arrived, failed ones included. */
	final List<String> received = new CopyOnWriteArrayList<>();

	/** Those that were taken. */
	final Queue<String> taken = new ConcurrentLinkedQueue<>();

	/** The key of each one that has arrived. */
	final List<String> keys = new CopyOnWriteArrayList<>();

	volatile Consumer<String> behaviour = (mail) -> {
	};

	void receive(String mail) {
		this.received.add(mail);
		this.keys.add(DependencyCall.current().map(DependencyCall::idempotencyKey).orElse("none"));
		this.behaviour.accept(mail);
		this.taken.add(mail);
	}

	/** It does not answer any more. */
	void breakDown() {
		this.behaviour = (mail) -> {
			throw new IllegalStateException("The mail server is down");
		};
	}

	void heal() {
		this.behaviour = (mail) -> {
		};
	}

}
