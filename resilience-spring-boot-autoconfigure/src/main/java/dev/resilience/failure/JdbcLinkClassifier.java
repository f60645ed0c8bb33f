package dev.resilience.failure;

import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLRecoverableException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

/**
 * JDBC: by the type of the exception, or by its SQL state, because some drivers have one
 * type for everything.
 */
final class JdbcLinkClassifier implements LinkClassifier {

	private static final Classification UNKNOWN = Classification.database(FailureKind.UNKNOWN);

	private static final Classification TIMEOUT = Classification.database(FailureKind.TIMEOUT);

	private static final Classification REFUSED = Classification.REFUSED.asDatabase();

	private static final Classification SERVER_ERROR = Classification.database(FailureKind.SERVER_ERROR);

	private static final Classification CLIENT_ERROR = Classification.database(FailureKind.CLIENT_ERROR);

	private static final Classification UNAUTHORIZED = Classification.UNAUTHORIZED.asDatabase();

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (!(link instanceof SQLException failure)) {
			return null;
		}
		if (failure instanceof SQLTimeoutException) {
			return TIMEOUT;
		}
		if (failure instanceof SQLTransientConnectionException) {
			// pools say so when they are exhausted, some drivers in the middle of a
			// statement
			return String.valueOf(failure.getMessage()).contains("Connection is not available") ? REFUSED : UNKNOWN;
		}
		if (failure instanceof SQLTransientException) {
			return SERVER_ERROR;
		}
		if (failure instanceof SQLIntegrityConstraintViolationException || failure instanceof SQLSyntaxErrorException
				|| failure instanceof SQLDataException) {
			return CLIENT_ERROR;
		}
		if (failure instanceof SQLInvalidAuthorizationSpecException) {
			return UNAUTHORIZED;
		}
		return byState((failure.getSQLState() != null) ? failure.getSQLState() : "",
				failure instanceof SQLRecoverableException);
	}

	private static Classification byState(String state, boolean connectionLost) {
		return switch (state) {
			// unable to connect, rejected by the server
			case "08001", "08004" -> connectionLost ? UNKNOWN : REFUSED;
			// query canceled
			case "57014" -> TIMEOUT;
			// completion unknown
			case "40003" -> UNKNOWN;
			// lock not available
			case "55P03" -> SERVER_ERROR;
			default -> switch ((state.length() == 5) ? state.substring(0, 2) : "") {
				case "40", "53", "57" -> SERVER_ERROR;
				case "21", "22", "23", "42", "44" -> CLIENT_ERROR;
				case "28" -> UNAUTHORIZED;
				default -> UNKNOWN;
			};
		};
	}

}
