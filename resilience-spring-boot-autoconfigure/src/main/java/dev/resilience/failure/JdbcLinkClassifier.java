package dev.resilience.failure;

import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

/**
 * JDBC. Connection pools report that they are exhausted as a transient connection
 * failure: nothing was sent.
 */
final class JdbcLinkClassifier implements LinkClassifier {

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (!(link instanceof SQLException)) {
			return null;
		}
		if (link instanceof SQLTimeoutException) {
			return Classification.database(FailureKind.TIMEOUT);
		}
		if (link instanceof SQLTransientConnectionException) {
			return Classification.database(FailureKind.CONNECTION_REFUSED);
		}
		if (link instanceof SQLTransientException) {
			return Classification.database(FailureKind.SERVER_ERROR);
		}
		if (link instanceof SQLIntegrityConstraintViolationException || link instanceof SQLSyntaxErrorException
				|| link instanceof SQLDataException) {
			return Classification.database(FailureKind.CLIENT_ERROR);
		}
		return null;
	}

}
