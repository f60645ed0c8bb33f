package dev.resilience.failure;

import dev.resilience.FailedResultException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A result that was found to be a failure, on its way through the guard.
 */
public final class FailedResult extends FailedResultException {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private final transient Classification classification;

	private final transient @Nullable ResultClassifier technology;

	FailedResult(@Nullable Object result, Classification classification, @Nullable ResultClassifier technology) {
		super(result, classification.kind());
		this.classification = classification;
		this.technology = technology;
	}

	Classification classification() {
		return this.classification;
	}

	/** Nobody will see the result any more: gives back what it holds. */
	public void discard() {
		Object result = result();
		try {
			if (result != null && this.technology != null) {
				this.technology.discard(result);
			}
			else if (result instanceof AutoCloseable closeable) {
				closeable.close();
			}
		}
		catch (Exception ex) {
			logger.debug("A failed result could not be closed", ex);
		}
	}

}
