package dev.resilience.interceptor;

import dev.resilience.guard.Operation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * An annotated method with its operation.
 *
 * @param operation the operation, {@code null} for a method of an annotated type that is
 * the fallback of its other methods: it calls nobody
 * @param lastGood keeps its last good values, {@code null} if that is off
 */
record GuardedMethod(@Nullable Operation operation, @Nullable LastGood lastGood) {

	@Nullable Object call(ProxyMethodInvocation invocation) throws Throwable {
		if (this.operation == null) {
			return invocation.proceed();
		}
		return this.operation
			.call((this.lastGood != null) ? new KeptWork(invocation, this.lastGood) : new MethodWork(invocation));
	}

}
