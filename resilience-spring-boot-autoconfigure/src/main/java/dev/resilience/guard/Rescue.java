package dev.resilience.guard;

import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import dev.resilience.failure.FailedResult;
import dev.resilience.signal.DegradedResponse;
import dev.resilience.signal.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * A failed call on its ways out, which are tried one after the other.
 */
final class Rescue {

	private static final int LONGEST_CHAIN = 64;

	private final Call call;

	private final Failure failure;

	private final @Nullable DegradedResponse response;

	private final Iterator<WayOut> wayOuts;

	private @Nullable Throwable thrown;

	private final AtomicBoolean concluded = new AtomicBoolean();

	/**
	 * Create a rescue.
	 * @param response the response to which the call contributes
	 */
	Rescue(Call call, Failure failure, @Nullable DegradedResponse response) {
		this.call = call;
		this.failure = failure;
		this.response = response;
		this.wayOuts = call.operation.wayOuts().iterator();
	}

	/**
	 * Ask the next way out that serves the failure.
	 * @return what it offers, a stage or a publisher of it, or a {@link StaleValue}; the
	 * failed result itself, if there is no way out, or none is left
	 * @throws Throwable any other failure then
	 */
	@Nullable Object next() throws Throwable {
		if (this.failure.isAnswer()) {
			return end(this.failure.exception(), conclude(Outcome.SUCCESS));
		}
		while (Conclusion.mayBeServed(this.call, this.failure) && this.wayOuts.hasNext()) {
			WayOut wayOut = this.wayOuts.next();
			try {
				Object offered = ask(wayOut);
				if (offered != WayOut.NOTHING) {
					return offered;
				}
			}
			catch (Exception ex) {
				failed(ex);
			}
			catch (Throwable error) {
				conclude(Conclusion.unserved(this.failure));
				throw error;
			}
		}
		return end((this.thrown != null) ? this.thrown : this.failure.exception(),
				conclude(Conclusion.unserved(this.failure)));
	}

	// what it calls is called within whatever surrounds the call
	private @Nullable Object ask(WayOut wayOut) throws Throwable {
		DependencyCall before = DependencyCallHolder.get();
		DependencyCallHolder.set(this.call.outer);
		try {
			return wayOut.apply(this.call.work, this.failure);
		}
		finally {
			DependencyCallHolder.set(before);
		}
	}

	private boolean conclude(Outcome outcome) {
		boolean first = this.concluded.compareAndSet(false, true);
		if (first) {
			Conclusion.publish(this.call, outcome);
		}
		return first;
	}

	// what was returned and not thrown goes back in the same way
	private @Nullable Object end(Throwable thrown, boolean first) throws Throwable {
		FailedResult returned = this.failure.returned();
		if (thrown == returned && first) {
			return returned.result();
		}
		if (!this.failure.isAnswer() && !Conclusion.isError(this.failure)) {
			Conclusion.remember(this.call, this.failure, thrown);
		}
		throw thrown;
	}

	/**
	 * What the way out offered serves the caller; may be told more than once.
	 * @return the value for the caller
	 */
	@Nullable Object served(@Nullable Object offered) {
		StaleValue stale = (offered instanceof StaleValue old) ? old : null;
		if (conclude(Outcome.FALLBACK)) {
			this.failure.discard(offered);
			if (this.response != null) {
				this.response.degradedBy(this.call.name(), (stale != null) ? stale.age() : null);
			}
		}
		return (stale != null) ? stale.value() : offered;
	}

	/** What the way out offered has failed as well. */
	void failed(Throwable ex) {
		this.thrown = ex;
		Throwable first = this.failure.exception();
		if (!isCauseOf(first, ex) && !isCauseOf(ex, first) && !Arrays.asList(ex.getSuppressed()).contains(first)) {
			ex.addSuppressed(first);
		}
	}

	private static boolean isCauseOf(Throwable cause, Throwable exception) {
		Throwable link = exception;
		for (int i = 0; link != null && i < LONGEST_CHAIN; i++) {
			if (link == cause) {
				return true;
			}
			link = link.getCause();
		}
		return false;
	}

}
