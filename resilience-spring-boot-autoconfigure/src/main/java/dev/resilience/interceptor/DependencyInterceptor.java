package dev.resilience.interceptor;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.util.Assert;

/**
 * Sends calls of annotated methods through their operations.
 */
final class DependencyInterceptor implements MethodInterceptor {

	private final OperationCatalog catalog;

	DependencyInterceptor(OperationCatalog catalog) {
		this.catalog = catalog;
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Object target = invocation.getThis();
		Assert.state(target != null, "A guarded method needs a target");
		return this.catalog.method(invocation.getMethod(), target.getClass()).call((ProxyMethodInvocation) invocation);
	}

}
