package dev.resilience.interceptor;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.cache.interceptor.SimpleKey;

/**
 * An intercepted call whose result is kept.
 */
final class KeptWork extends KeyedWork {

	private final LastGood lastGood;

	private final @Nullable SimpleKey key;

	KeptWork(ProxyMethodInvocation invocation, @Nullable String idempotencyKey, LastGood lastGood) {
		super(invocation, idempotencyKey);
		this.lastGood = lastGood;
		this.key = lastGood.keys().of(invocation.getArguments());
	}

	@Nullable SimpleKey key() {
		return this.key;
	}

	@Override
	public @Nullable Object succeeded(@Nullable Object value) {
		this.lastGood.keep(this.key, value);
		return value;
	}

}
