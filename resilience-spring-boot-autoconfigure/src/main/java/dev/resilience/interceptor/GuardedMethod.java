package dev.resilience.interceptor;

import dev.resilience.guard.Operation;
import dev.resilience.guard.Work;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * An annotated method with its operation.
 *
 * @param operation the operation, {@code null} for a method of an annotated type that is
 * the fallback of its other methods: it calls nobody
 * @param lastGood keeps its last good values, {@code null} if that is off
 * @param key the parameter that is its idempotency key, {@code null} if there is none
 */
record GuardedMethod(@Nullable Operation operation, @Nullable LastGood lastGood, @Nullable KeyParameter key) {

	@Nullable Object call(ProxyMethodInvocation invocation) throws Throwable {
		if (this.operation == null) {
			return invocation.proceed();
		}
		return this.operation.call(work(invocation));
	}

	private Work work(ProxyMethodInvocation invocation) {
		if (this.key == null && this.lastGood == null) {
			return new MethodWork(invocation);
		}
		String key = (this.key != null) ? this.key.key(invocation.getArguments()) : null;
		return (this.lastGood != null) ? new KeptWork(invocation, key, this.lastGood) : new KeyedWork(invocation, key);
	}

}
