package dev.resilience.interceptor;

import java.time.Duration;

import dev.resilience.guard.StaleValue;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.cache.interceptor.SimpleKey;

/**
 * An intercepted call whose result is kept.
 */
final class KeptWork extends KeyedWork {

	private final LastGood lastGood;

	private final @Nullable SimpleKey key;

	KeptWork(ProxyMethodInvocation invocation, @Nullable String idempotencyKey, LastGood lastGood,
			@Nullable SimpleKey key) {
		super(invocation, idempotencyKey);
		this.lastGood = lastGood;
		this.key = key;
	}

	@Nullable SimpleKey key() {
		return this.key;
	}

	@Override
	public @Nullable Duration lastGoodAge() {
		StaleValue value = this.lastGood.find(this.key).join();
		return (value != null) ? value.age() : null;
	}

	@Override
	public @Nullable Object succeeded(@Nullable Object value) {
		this.lastGood.keep(this.key, value);
		return value;
	}

}
