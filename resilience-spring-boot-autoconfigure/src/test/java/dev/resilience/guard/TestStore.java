package dev.resilience.guard;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import org.jspecify.annotations.Nullable;

/**
 * A store in memory that can hang and fail.
 */
final class TestStore extends SharedBuckets {

	final AtomicInteger opened = new AtomicInteger();

	/** Requests that were made, those that hang included. */
	final AtomicInteger requests = new AtomicInteger();

	/** Requests that run now. */
	final AtomicInteger running = new AtomicInteger();

	volatile @Nullable RuntimeException failure;

	private volatile CountDownLatch answers = new CountDownLatch(0);

	private final LongSupplier clock;

	private volatile @Nullable Bucket bucket;

	TestStore(LongSupplier clock) {
		this.clock = clock;
	}

	void hang() {
		this.answers = new CountDownLatch(1);
	}

	void answer() {
		this.answers.countDown();
	}

	/** What is kept, without faults. */
	Bucket bucket() {
		return Objects.requireNonNull(this.bucket);
	}

	@Override
	@Nullable String problem() {
		return null;
	}

	@Override
	synchronized Bucket open(String dependency, BucketConfiguration limit) {
		this.opened.incrementAndGet();
		Bucket bucket = this.bucket;
		if (bucket == null) {
			long start = this.clock.getAsLong();
			bucket = Bucket.builder().addLimit(limit.getBandwidths()[0]).withCustomTimePrecision(new TimeMeter() {

				@Override
				public long currentTimeNanos() {
					return TestStore.this.clock.getAsLong() - start;
				}

				@Override
				public boolean isWallClockBased() {
					return false;
				}

			}).build();
			this.bucket = bucket;
		}
		return faulty(bucket);
	}

	private Bucket faulty(Bucket bucket) {
		return (Bucket) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Bucket.class },
				(proxy, method, args) -> {
					this.requests.incrementAndGet();
					this.running.incrementAndGet();
					try {
						this.answers.await();
						RuntimeException failure = this.failure;
						if (failure != null) {
							throw failure;
						}
						return method.invoke(bucket, args);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
					finally {
						this.running.decrementAndGet();
					}
				});
	}

}
