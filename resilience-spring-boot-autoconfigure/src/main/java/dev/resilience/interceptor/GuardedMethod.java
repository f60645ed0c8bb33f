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
 * @param items repeats it for those of its items that failed, {@code null} if it has none
 */
record GuardedMethod(@Nullable Operation operation, @Nullable LastGood lastGood, @Nullable KeyParameter key,
		@Nullable ItemizedMethod items) {

	/** A method that is not guarded. */
	static final GuardedMethod NONE = new GuardedMethod(null, null, null, null);

	@Nullable Object call(ProxyMethodInvocation invocation) throws Throwable {
		if (this.operation == null) {
			return invocation.proceed();
		}
		if (SuspendingFunctions.isSuspending(invocation.getMethod())) {
			CoroutineCalls.enter(invocation);
		}
		return (this.lastGood != null) ? call(invocation, this.operation, this.lastGood)
				: this.operation.call(work(invocation, this.operation));
	}

	private @Nullable Object call(ProxyMethodInvocation invocation, Operation operation, LastGood lastGood)
			throws Throwable {
		String key = key(invocation);
		if (lastGood.subscriber() == null) {
			return operation.call(new KeptWork(invocation, key, lastGood, lastGood.keys().of(invocation)));
		}
		return SubscribedCalls.mono(lastGood.subscriber(), lastGood.keys(), invocation,
				(valueKey) -> operation.call(new KeptWork(invocation, key, lastGood, valueKey)));
	}

	private @Nullable String key(ProxyMethodInvocation invocation) {
		return (this.key != null) ? this.key.key(invocation.getArguments()) : null;
	}

	private Work work(ProxyMethodInvocation invocation, Operation operation) {
		if (this.key == null && this.items == null) {
			return new MethodWork(invocation);
		}
		String key = key(invocation);
		return (this.items != null) ? new ItemizedWork(invocation, key, this.items, operation.policy().idempotent())
				: new KeyedWork(invocation, key);
	}

}
