package dev.resilience.signal;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which exceptions were failures of critical dependencies, for as long as they
 * live, so that a web response can tell them from the application's own errors.
 */
public final class FailedCalls {

	private static final int LONGEST_CHAIN = 64;

	private final Map<Key, FailedCall> calls = new ConcurrentHashMap<>();

	private final ReferenceQueue<Throwable> collected = new ReferenceQueue<>();

	/**
	 * Remember a failure.
	 * @param exception what the caller is about to see
	 * @param call the call that failed
	 */
	public void add(Throwable exception, FailedCall call) {
		for (Reference<?> key = this.collected.poll(); key != null; key = this.collected.poll()) {
			this.calls.remove(key);
		}
		this.calls.put(new Key(exception, this.collected), call);
	}

	/**
	 * Find the failed call that an exception or one of its causes stands for.
	 * @param exception the exception that nobody caught
	 * @return the failed call, {@code null} if there is none
	 */
	public @Nullable FailedCall find(Throwable exception) {
		Throwable link = exception;
		for (int i = 0; link != null && i < LONGEST_CHAIN; i++) {
			FailedCall call = this.calls.get(new Key(link, null));
			if (call != null) {
				return call;
			}
			link = link.getCause();
		}
		return null;
	}

	/**
	 * A call of a critical dependency that failed.
	 *
	 * @param dependency the name of the dependency
	 * @param failure the kind of failure
	 * @param retryAfter when trying again makes sense, if known
	 */
	public record FailedCall(String dependency, FailureKind failure, @Nullable Duration retryAfter) {
	}

	private static final class Key extends WeakReference<Throwable> {

		private final int hash;

		private Key(Throwable exception, @Nullable ReferenceQueue<Throwable> queue) {
			super(exception, queue);
			this.hash = System.identityHashCode(exception);
		}

		@Override
		public int hashCode() {
			return this.hash;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			if (this == other) {
				return true;
			}
			Throwable exception = get();
			return exception != null && other instanceof Key key && key.get() == exception;
		}

	}

}
