package dev.resilience.interceptor;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * An intercepted call whose caller may have given it an idempotency key.
 */
class KeyedWork extends MethodWork {

	private final @Nullable String idempotencyKey;

	KeyedWork(ProxyMethodInvocation invocation, @Nullable String idempotencyKey) {
		super(invocation);
		this.idempotencyKey = idempotencyKey;
	}

	@Override
	public @Nullable String idempotencyKey() {
		return this.idempotencyKey;
	}

}
