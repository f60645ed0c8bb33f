package dev.resilience.guard;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.github.bucket4j.Bucket;
import org.jspecify.annotations.Nullable;

/**
 * Asks the store of a shared rate limit, on workers. One request at a time serves all who
 * wait; a further one is made only beside one that is stuck, and few of those.
 */
final class StoreRequests {

	private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(10);

	private static final int MOST_RUNNING = 3;

	private final SharedRateLimit limit;

	private final Supplier<Bucket> store;

	private final Environment environment;

	private final AtomicReference<@Nullable Request> present = new AtomicReference<>();

	private final AtomicInteger running = new AtomicInteger();

	private volatile @Nullable Bucket bucket;

	/**
	 * Create the requests.
	 * @param store opens the bucket, at first and after each failure
	 */
	StoreRequests(SharedRateLimit limit, Supplier<Bucket> store, Environment environment) {
		this.limit = limit;
		this.store = store;
		this.environment = environment;
	}

	/** Make a request, unless there is one that will serve the same. */
	void ask() {
		Request present = this.present.get();
		if (present != null && (present.age() < STUCK_NANOS || this.running.get() >= MOST_RUNNING)) {
			return;
		}
		Request request = new Request();
		if (!this.present.compareAndSet(present, request)) {
			return;
		}
		this.running.incrementAndGet();
		try {
			this.environment.workers().execute(request);
		}
		catch (RejectedExecutionException ex) {
			request.failed(ex);
			request.end();
		}
	}

	private final class Request implements Runnable {

		private volatile long startNanos = now();

		@Override
		public void run() {
			try {
				Bucket bucket = open();
				do {
					this.startNanos = now();
					StoreRequests.this.limit.serve(bucket);
					answered();
				}
				while (StoreRequests.this.limit.isAwaited() && isPresent());
			}
			catch (Exception | LinkageError ex) {
				StoreRequests.this.bucket = null;
				failed(ex);
			}
			finally {
				end();
			}
		}

		private Bucket open() {
			Bucket bucket = StoreRequests.this.bucket;
			if (bucket == null) {
				bucket = StoreRequests.this.store.get();
				StoreRequests.this.bucket = bucket;
			}
			return bucket;
		}

		private void answered() {
			if (isPresent()) {
				StoreRequests.this.limit.answered(age());
			}
		}

		private void failed(Throwable ex) {
			if (isPresent()) {
				Throwable cause = ex;
				while (cause.getCause() != null && cause.getCause() != cause) {
					cause = cause.getCause();
				}
				StoreRequests.this.limit.lost(cause.toString());
			}
		}

		private void end() {
			StoreRequests.this.running.decrementAndGet();
			// somebody may have come after the last answer
			if (StoreRequests.this.present.compareAndSet(this, null) && StoreRequests.this.limit.isAwaited()) {
				ask();
			}
		}

		/** Whether it has not been given up as stuck. */
		private boolean isPresent() {
			return StoreRequests.this.present.get() == this;
		}

		private long age() {
			return now() - this.startNanos;
		}

		private long now() {
			return StoreRequests.this.environment.clock().getAsLong();
		}

	}

}
