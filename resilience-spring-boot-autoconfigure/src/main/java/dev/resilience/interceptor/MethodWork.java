package dev.resilience.interceptor;

import dev.resilience.guard.Work;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * An intercepted call.
 */
class MethodWork implements Work {

	private final ProxyMethodInvocation invocation;

	MethodWork(ProxyMethodInvocation invocation) {
		this.invocation = invocation;
	}

	@Override
	public @Nullable Object attempt(boolean last) throws Throwable {
		// an invocation can proceed only once
		return (last ? this.invocation : this.invocation.invocableClone()).proceed();
	}

	@Override
	public @Nullable Object target() {
		return this.invocation.getThis();
	}

	@Override
	public @Nullable Object[] arguments() {
		return this.invocation.getArguments();
	}

}
