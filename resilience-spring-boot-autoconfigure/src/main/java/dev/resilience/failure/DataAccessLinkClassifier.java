package dev.resilience.failure;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.CleanupFailureDataAccessException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.dao.UncategorizedDataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;

/**
 * Spring's data access exceptions. What the database rejects is the caller's mistake, so
 * it does not trip the breaker.
 */
final class DataAccessLinkClassifier implements LinkClassifier {

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (link instanceof CannotCreateTransactionException) {
			return Classification.REFUSED.asDatabase();
		}
		if (!(link instanceof DataAccessException)) {
			return null;
		}
		if (link instanceof QueryTimeoutException) {
			return Classification.database(FailureKind.TIMEOUT);
		}
		if (link instanceof TransientDataAccessException) {
			return Classification.database(FailureKind.SERVER_ERROR);
		}
		if (link.getClass().getName().equals("org.springframework.jdbc.CannotGetJdbcConnectionException")) {
			return Classification.REFUSED.asDatabase();
		}
		if (link instanceof NonTransientDataAccessException && !isUnclear(link)) {
			return Classification.database(FailureKind.CLIENT_ERROR);
		}
		return Classification.database(FailureKind.UNKNOWN);
	}

	// nobody said that the database rejected something
	private static boolean isUnclear(Throwable link) {
		return link instanceof NonTransientDataAccessResourceException
				|| link instanceof UncategorizedDataAccessException
				|| link instanceof CleanupFailureDataAccessException;
	}

}
