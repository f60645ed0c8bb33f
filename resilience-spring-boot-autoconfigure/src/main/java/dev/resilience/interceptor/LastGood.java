package dev.resilience.interceptor;

import java.security.Principal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.resilience.guard.Failure;
import dev.resilience.guard.Form;
import dev.resilience.guard.StaleValue;
import dev.resilience.guard.WayOut;
import dev.resilience.guard.Work;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

import org.springframework.cache.interceptor.SimpleKey;

/**
 * The last good value as a way out. It never fails a call: what cannot be kept or found
 * is not there.
 */
final class LastGood implements WayOut {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private final String operation;

	private final Form form;

	private final LastGoodStore store;

	private final Duration maxAge;

	private final Supplier<@Nullable Principal> user;

	/**
	 * Create a last good value.
	 * @param operation the method, different from all others
	 * @param form how it hands over its result
	 * @param store where values lie
	 * @param maxAge age up to which a value is served
	 * @param user to whom they belong
	 */
	LastGood(String operation, Form form, LastGoodStore store, Duration maxAge, Supplier<@Nullable Principal> user) {
		this.operation = operation;
		this.form = form;
		this.store = store;
		this.maxAge = maxAge;
		this.user = user;
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

	/** How old the value is that would be served. */
	@Nullable Duration age(@Nullable SimpleKey key) {
		StaleValue value = find(key).join();
		return (value != null) ? value.age() : null;
	}

	private CompletableFuture<@Nullable StaleValue> find(@Nullable SimpleKey key) {
		if (key != null) {
			try {
				return this.store.find(key).thenApply((value) -> isFresh(value) ? value : null);
			}
			catch (RuntimeException | StackOverflowError ex) {
				unusable(ex);
			}
		}
		return CompletableFuture.completedFuture(null);
	}

	private boolean isFresh(@Nullable StaleValue value) {
		return value != null && value.age().compareTo(this.maxAge) <= 0;
	}

	/** Keep what the method returned. */
	void keep(@Nullable SimpleKey key, @Nullable Object value) {
		if (key != null && value != null) {
			try {
				this.store.put(key, value);
			}
			catch (RuntimeException | StackOverflowError ex) {
				unusable(ex);
			}
		}
	}

	/**
	 * For whom and for which arguments a value is good. To be asked on the caller's
	 * thread, which knows the user.
	 * @return the key, {@code null} if an argument has no usable {@code hashCode}
	 */
	@Nullable SimpleKey key(@Nullable Object[] arguments) {
		try {
			Principal user = this.user.get();
			return new SimpleKey(this.operation, (user != null) ? user.getName() : null, arguments.clone());
		}
		catch (RuntimeException | StackOverflowError ex) {
			unusable(ex);
			return null;
		}
	}

	// the arguments' own hashCode and equals
	private void unusable(Throwable ex) {
		logger.debug("A call of '{}' has no last good value, because its arguments cannot be compared", this.operation,
				ex);
	}

	// apart, because Reactor may be absent
	private static final class Reactive {

		static Object mono(CompletableFuture<?> future) {
			return Mono.fromFuture(future);
		}

	}

}
