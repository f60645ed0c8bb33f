package dev.resilience.failure;

import java.time.Duration;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

/**
 * What an exception was found to be.
 *
 * @param kind the kind of failure; {@link FailureKind#NONE} for an answer
 * @param retryAfter when the partner wants to be asked again, if it said so
 * @param unauthorized whether the partner refused our credentials
 * @param database whether it comes from a database, where nothing may be repeated inside
 * the caller's transaction
 * @param failedShare the share of the call that failed; 1 unless it failed partially
 * @param conclusive whether the exception's causes can tell no more
 */
public record Classification(FailureKind kind, @Nullable Duration retryAfter, boolean unauthorized, boolean database,
		double failedShare, boolean conclusive) {

	/** An answer, not a failure. */
	public static final Classification ANSWER = of(FailureKind.NONE);

	/** Nobody knows what it is. */
	static final Classification UNRECOGNIZED = of(FailureKind.UNKNOWN);

	/** Our own mistake: its causes are not the partner's. */
	static final Classification OURS = of(FailureKind.UNKNOWN).asConclusive();

	/** Nothing was sent. */
	static final Classification REFUSED = of(FailureKind.CONNECTION_REFUSED);

	/** The partner refused our credentials. */
	static final Classification UNAUTHORIZED = new Classification(FailureKind.CLIENT_ERROR, null, true, false, 1,
			false);

	/**
	 * A failure of which no more than its kind is known.
	 * @param kind the kind
	 * @return the classification
	 */
	public static Classification of(FailureKind kind) {
		return new Classification(kind, null, false, false, 1, false);
	}

	/**
	 * Whether no classifier knew the exception.
	 * @return {@code false} if it is {@link FailureKind#UNKNOWN} because somebody said so
	 */
	public boolean isUnrecognized() {
		return this == UNRECOGNIZED;
	}

	static Classification of(FailureKind kind, @Nullable Duration retryAfter) {
		return new Classification(kind, retryAfter, false, false, 1, false);
	}

	static Classification database(FailureKind kind) {
		return of(kind).asDatabase();
	}

	/**
	 * Some of the items failed. Their causes say nothing about the whole, which must not
	 * be sent again.
	 */
	static Classification partial(double failedShare) {
		return new Classification(FailureKind.PARTIAL_FAILURE, null, false, false, failedShare, true);
	}

	/** The same details of another kind of failure. */
	Classification withKind(FailureKind kind) {
		return new Classification(kind, this.retryAfter, this.unauthorized, this.database, this.failedShare,
				this.conclusive);
	}

	Classification asDatabase() {
		return new Classification(this.kind, this.retryAfter, this.unauthorized, true, this.failedShare,
				this.conclusive);
	}

	Classification asConclusive() {
		return new Classification(this.kind, this.retryAfter, this.unauthorized, this.database, this.failedShare, true);
	}

}
