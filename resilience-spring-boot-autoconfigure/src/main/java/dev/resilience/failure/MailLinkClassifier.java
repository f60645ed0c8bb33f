package dev.resilience.failure;

import dev.resilience.FailureKind;
import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.internet.ParseException;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.eclipse.angus.mail.util.MailConnectException;
import org.jspecify.annotations.Nullable;

/**
 * Mail by Jakarta Mail and Angus, its implementation.
 */
final class MailLinkClassifier implements LinkClassifier {

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (!(link instanceof MessagingException)) {
			return null;
		}
		if (link instanceof SendFailedException failure) {
			return classify(failure);
		}
		if (link instanceof AuthenticationFailedException) {
			return Classification.UNAUTHORIZED;
		}
		if (link instanceof ParseException) {
			return Classification.OURS;
		}
		// the second is a server that greets with an error
		return (link instanceof MailConnectException || Texts.startsWith(link, "Got bad greeting from SMTP host"))
				? Classification.REFUSED : null;
	}

	private static Classification classify(SendFailedException failure) {
		int sent = count(failure.getValidSentAddresses());
		int failed = count(failure.getValidUnsentAddresses()) + count(failure.getInvalidAddresses());
		if (sent > 0) {
			return Classification.partial(Math.max(1, failed) / (double) (sent + Math.max(1, failed)));
		}
		return switch (replyCode(failure) / 100) {
			case 4 -> Classification.of(FailureKind.SERVER_ERROR);
			case 5 -> Classification.of(FailureKind.CLIENT_ERROR);
			default -> Classification
				.of((count(failure.getInvalidAddresses()) > 0) ? FailureKind.CLIENT_ERROR : FailureKind.UNKNOWN);
		};
	}

	private static int replyCode(SendFailedException failure) {
		if (failure instanceof SMTPSendFailedException smtp) {
			return smtp.getReturnCode();
		}
		if (failure instanceof SMTPAddressFailedException smtp) {
			return smtp.getReturnCode();
		}
		return (failure instanceof SMTPSenderFailedException smtp) ? smtp.getReturnCode() : 0;
	}

	private static int count(Address @Nullable [] addresses) {
		return (addresses != null) ? addresses.length : 0;
	}

}
