package dev.resilience.interceptor;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.ReflectiveMethodInvocation;

/**
 * A call that came to a woven method and not to a proxy. Each attempt calls the method
 * anew, so that it may run on any thread: what AspectJ has woven proceeds reliably on the
 * thread of its caller only.
 */
final class UnproxiedInvocation extends ReflectiveMethodInvocation {

	private final Passage passage;

	UnproxiedInvocation(Passage passage, @Nullable Object[] arguments) {
		super(passage.target(), passage.target(), passage.method(), arguments, passage.target().getClass(), List.of());
		this.passage = passage;
	}

	@Override
	protected @Nullable Object invokeJoinpoint() throws Throwable {
		return this.passage.through(super::invokeJoinpoint);
	}

}
