package dev.resilience.delivery;

import dev.resilience.Dependency;
import dev.resilience.DependencyType;

/**
 * Sends mails, durably.
 */
class Mails {

	private final MailServer server;

	Mails(MailServer server) {
		this.server = server;
	}

	@Dependency(name = "mail", type = DependencyType.OPTIONAL)
	void send(Mail mail) {
		this.server.receive(mail.to() + ": " + mail.text());
	}

}
