package dev.resilience.delivery;

import java.util.concurrent.atomic.LongAdder;

import dev.resilience.Dependency;
import dev.resilience.DependencyType;

/**
 * Counts mails, durably, and does nothing else.
 */
class NoMails {

	final LongAdder sent = new LongAdder();

	@Dependency(name = "mail", type = DependencyType.OPTIONAL)
	void send(Mail mail) {
		this.sent.increment();
	}

	// a field of a proxy is not that of its target
	long sent() {
		return this.sent.sum();
	}

}
