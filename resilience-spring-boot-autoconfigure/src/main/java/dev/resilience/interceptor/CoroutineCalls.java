package dev.resilience.interceptor;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.CoroutineContext;
import kotlinx.coroutines.ThreadContextElementKt;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * Takes the call along into the coroutine of a suspending function, on whatever thread
 * that goes on. Apart from the other calls, because Kotlin may be absent.
 */
final class CoroutineCalls {

	private static final ThreadLocal<@Nullable DependencyCall> CURRENT = new ThreadLocal<>() {

		@Override
		public @Nullable DependencyCall get() {
			return DependencyCallHolder.get();
		}

		@Override
		public void set(@Nullable DependencyCall call) {
			DependencyCallHolder.set(call);
		}

	};

	private CoroutineCalls() {
	}

	static void enter(ProxyMethodInvocation invocation) {
		@Nullable Object[] arguments = invocation.getArguments().clone();
		int last = arguments.length - 1;
		if (arguments[last] instanceof Continuation<?> continuation) {
			arguments[last] = new GuardedContinuation<>(continuation);
			invocation.setArguments(arguments);
		}
	}

	/**
	 * Asked for its context when an attempt begins, on the thread that begins it.
	 */
	private record GuardedContinuation<T>(Continuation<T> caller) implements Continuation<T> {

		@Override
		public CoroutineContext getContext() {
			return this.caller.getContext()
				.plus(ThreadContextElementKt.asContextElement(CURRENT, DependencyCallHolder.get()));
		}

		@Override
		public void resumeWith(Object result) {
			this.caller.resumeWith(result);
		}

	}

}
