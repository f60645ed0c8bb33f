package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.resilience.signal.WeakIdentityMap;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.SpringProxy;
import org.springframework.aop.framework.Advised;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.MethodClassKey;
import org.springframework.core.Ordered;

/**
 * The calls of woven methods, of one application context. Guards those that have not come
 * through a proxy.
 */
public final class WovenCalls implements BeanPostProcessor, DisposableBean {

	// an aspect lives as long as its class loader and belongs to no context
	private static final List<WovenCalls> ACTIVE = new CopyOnWriteArrayList<>();

	private final OperationCatalog catalog;

	// the annotated method that runs when another one is called on an object of a class
	private final Map<MethodClassKey, Optional<Method>> guarded = new ConcurrentHashMap<>();

	private final WeakIdentityMap<Object, Boolean> own = new WeakIdentityMap<>();

	/**
	 * Begin to guard.
	 * @param catalog knows the operations
	 */
	public WovenCalls(OperationCatalog catalog) {
		this.catalog = catalog;
		ACTIVE.add(this);
	}

	/**
	 * Lets calls that come through proxies into their methods. Its advice is the last
	 * one, so that others may change the thread or repeat the call.
	 * @return the advisor
	 */
	public DependencyAdvisor advisor() {
		return new DependencyAdvisor(this.catalog, (MethodInterceptor) this::pass, Ordered.LOWEST_PRECEDENCE);
	}

	private @Nullable Object pass(MethodInvocation invocation) throws Throwable {
		Object target = invocation.getThis();
		Method method = (target != null) ? guarded(invocation.getMethod(), target.getClass()) : null;
		return (target != null && method != null)
				? new Passage(this, target, method, false).through(invocation::proceed) : invocation.proceed();
	}

	static boolean isActive() {
		return !ACTIVE.isEmpty();
	}

	/**
	 * A woven method is called.
	 * @param self the object
	 * @param method the method
	 * @param arguments its arguments
	 * @param body the method itself
	 */
	static @Nullable Object call(Object self, Method method, @Nullable Object[] arguments, Passage.Callee body)
			throws Throwable {
		Passage passage = Passage.current();
		if (passage != null && passage.leadsTo(self, method)) {
			return passage.enter(body);
		}
		// what a proxy cannot pass on runs on the proxy, which has none of its target's
		// state
		Object target = (self instanceof SpringProxy && self instanceof Advised advised)
				? advised.getTargetSource().getTarget() : self;
		if (target == null) {
			return body.proceed();
		}
		WovenCalls calls = (passage != null && passage.target() == target) ? passage.calls() : of(target);
		return (calls != null) ? calls.guard(target, method, arguments, body) : body.proceed();
	}

	// the context whose bean it is, else the one that started last
	private static @Nullable WovenCalls of(Object target) {
		@Nullable WovenCalls last = null;
		for (WovenCalls each : ACTIVE) {
			if (last == null || last.own.get(target) == null) {
				last = each;
			}
		}
		return last;
	}

	private @Nullable Object guard(Object target, Method method, @Nullable Object[] arguments, Passage.Callee body)
			throws Throwable {
		Class<?> type = target.getClass();
		// the method of a superclass, called by the one that overrides it
		if (!method.equals(guarded(method, type))) {
			return body.proceed();
		}
		return this.catalog.method(method, type)
			.call(new UnproxiedInvocation(new Passage(this, target, method, false), arguments));
	}

	private @Nullable Method guarded(Method method, Class<?> type) {
		return this.guarded.computeIfAbsent(new MethodClassKey(method, type), (key) -> {
			// who calls a suspending function expects no Mono: a proxy translates it
			DependencySpec spec = SuspendingFunctions.isSuspending(method) ? null
					: this.catalog.methods().find(method, type);
			return Optional.ofNullable((spec != null) ? spec.method() : null);
		}).orElse(null);
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String name) {
		if (!this.catalog.methods().of(bean.getClass()).isEmpty()) {
			this.own.put(bean, true);
		}
		return bean;
	}

	@Override
	public void destroy() {
		ACTIVE.remove(this);
	}

}
