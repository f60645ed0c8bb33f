package dev.resilience.interceptor;

import java.util.concurrent.CompletableFuture;

import dev.resilience.guard.Failure;
import dev.resilience.guard.Form;
import dev.resilience.guard.StaleValue;
import dev.resilience.guard.WayOut;
import dev.resilience.guard.Work;
import dev.resilience.policy.OperationPolicy;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.cache.interceptor.SimpleKey;

/**
 * The last good value as a way out. It never fails a call: what cannot be kept or found
 * is not there.
 *
 * @param keys tells which value is good for a call
 * @param form how the method hands over its result
 * @param store where values lie
 * @param settings how long values are good, and how many are kept
 * @param subscriber to whom the values of a {@code Mono} belong, {@code null} to nobody
 */
record LastGood(LastGoodKeys keys, Form form, LastGoodStore store, OperationPolicy.LastGood settings,
		@Nullable SubscribedUser subscriber) implements WayOut {

	/** Its settings hold from now on. */
	void begin() {
		this.store.limitTo(this.settings);
	}

	@Override
	public @Nullable Object apply(Work work, Failure failure) {
		CompletableFuture<@Nullable StaleValue> found = find(((KeptWork) work).key());
		if (this.form == Form.BLOCKING || found.isDone()) {
			StaleValue value = found.join();
			return (value != null) ? value : NOTHING;
		}
		CompletableFuture<StaleValue> later = found.thenCompose((value) -> (value != null)
				? CompletableFuture.completedFuture(value) : CompletableFuture.failedFuture(failure.exception()));
		return (this.form == Form.MONO) ? Reactive.mono(later) : later;
	}

	/** Find the value that may be served, in a short time. */
	CompletableFuture<@Nullable StaleValue> find(@Nullable SimpleKey key) {
		if (key != null) {
			try {
				return this.store.find(key).thenApply((value) -> isFresh(value) ? value : null);
			}
			catch (RuntimeException | StackOverflowError ex) {
				this.keys.unusable(ex);
			}
		}
		return CompletableFuture.completedFuture(null);
	}

	private boolean isFresh(@Nullable StaleValue value) {
		return value != null && value.age().compareTo(this.settings.maxAge()) <= 0;
	}

	/** Keep what the method returned. */
	void keep(@Nullable SimpleKey key, @Nullable Object value) {
		if (key != null && value != null) {
			try {
				this.store.put(key, value);
			}
			catch (RuntimeException | StackOverflowError ex) {
				this.keys.unusable(ex);
			}
		}
	}

	// apart, because Reactor may be absent
	private static final class Reactive {

		static Object mono(CompletableFuture<?> future) {
			return Mono.fromFuture(future);
		}

	}

}
