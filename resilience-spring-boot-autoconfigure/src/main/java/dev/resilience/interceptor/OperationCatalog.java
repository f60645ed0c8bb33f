package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;

import dev.resilience.policy.PolicyResolver;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.config.AopConfigUtils;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The guarded operations of all beans: found and resolved once, before the application
 * serves, or at the first call if that comes earlier.
 */
public final class OperationCatalog implements SmartInitializingSingleton {

	private final ConfigurableListableBeanFactory beans;

	private final AnnotatedMethods methods;

	private final Supplier<OperationFactory> factory;

	private final Predicate<Method> woven;

	private final Map<Class<?>, Map<Method, GuardedMethod>> guarded = new ConcurrentHashMap<>();

	// no monitor: it would pin a virtual caller
	private final ReentrantLock resolution = new ReentrantLock();

	// all below are guarded by the lock
	private final Set<DependencySpec> known = new LinkedHashSet<>();

	private @Nullable OperationFactory changed;

	private boolean complete;

	private volatile boolean resolved;

	/**
	 * Create the catalog.
	 * @param beans the beans whose methods may be annotated
	 * @param factory makes operations; asked for when the first one is needed, because
	 * the catalog is there before most beans
	 * @param woven whether a method is guarded without a proxy
	 */
	public OperationCatalog(ConfigurableListableBeanFactory beans, Supplier<OperationFactory> factory,
			Predicate<Method> woven) {
		this.beans = beans;
		this.factory = factory;
		this.woven = woven;
		this.methods = new AnnotatedMethods(new DependencySpecReader(beans::resolveEmbeddedValue), woven);
	}

	AnnotatedMethods methods() {
		return this.methods;
	}

	boolean isWoven(Method method) {
		return this.woven.test(method);
	}

	/** The classes of the annotated beans, if they are guarded at all. */
	Collection<Class<?>> guardedTypes() {
		return this.beans.containsLocalBean(AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME)
				? new LinkedHashSet<>(annotatedBeans().types().values()) : Set.of();
	}

	/**
	 * The guarded method behind a called one.
	 */
	GuardedMethod method(Method method, Class<?> targetType) {
		Map<Method, GuardedMethod> known = this.guarded.get(targetType);
		GuardedMethod guarded = (known != null) ? known.get(method) : null;
		return (guarded != null) ? guarded : resolve(method, targetType);
	}

	private GuardedMethod resolve(Method method, Class<?> targetType) {
		resolveAll();
		DependencySpec spec = this.methods.find(method, targetType);
		if (spec == null) {
			throw new IllegalStateException("No @Dependency on " + method);
		}
		this.resolution.lock();
		try {
			// from now on found by the very method that the proxy hands over
			factory().findFallbacks(this.methods.of(targetType));
			GuardedMethod guarded = factory().method(spec);
			this.known.addAll(this.methods.of(targetType));
			this.guarded.computeIfAbsent(targetType, (key) -> new ConcurrentHashMap<>()).put(method, guarded);
			return guarded;
		}
		finally {
			this.resolution.unlock();
		}
	}

	private OperationFactory factory() {
		return (this.changed != null) ? this.changed : this.factory.get();
	}

	/**
	 * Decide all policies anew. Calls that are under way end as they began. If anything
	 * makes no sense, nothing changes.
	 * @param policies decides the policies
	 * @throws InvalidDependencyException if a method cannot be guarded as they say
	 * @throws dev.resilience.policy.InvalidSettingException if a value makes no sense
	 */
	public void reconfigure(PolicyResolver policies) {
		this.resolution.lock();
		try {
			OperationFactory changed = factory().with(policies);
			changed.prepare(this.known, this.complete);
			this.changed = changed;
			this.guarded.clear();
		}
		finally {
			this.resolution.unlock();
		}
	}

	@Override
	public void afterSingletonsInstantiated() {
		AnnotatedBeans annotated = annotatedBeans();
		prepare(annotated, annotated.complete());
		if (annotated.types().isEmpty()) {
			return;
		}
		if (this.beans.containsLocalBean(AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME)) {
			ProxyVerification verification = new ProxyVerification(this.beans, this.woven);
			annotated.types().forEach((name, type) -> verification.verify(name, type, this.methods.of(type)));
		}
		else {
			List<DependencySpec> unguarded = specs(annotated).stream()
				.filter((spec) -> !isWoven(spec.method()))
				.toList();
			if (!unguarded.isEmpty()) {
				factory().unguarded(unguarded);
			}
		}
	}

	/**
	 * Resolve the operations of all beans whose classes are known, if that has not
	 * happened yet.
	 */
	public void resolveAll() {
		if (this.resolved) {
			return;
		}
		this.resolution.lock();
		try {
			if (!this.resolved) {
				prepare(annotatedBeans(), false);
			}
		}
		finally {
			this.resolution.unlock();
		}
	}

	private void prepare(AnnotatedBeans annotated, boolean complete) {
		this.resolution.lock();
		try {
			this.known.addAll(specs(annotated));
			factory().prepare(this.known, complete);
			this.complete = complete;
			this.guarded.clear();
			this.resolved = true;
		}
		finally {
			this.resolution.unlock();
		}
	}

	private Set<DependencySpec> specs(AnnotatedBeans annotated) {
		Set<DependencySpec> specs = new LinkedHashSet<>();
		annotated.types().values().forEach((type) -> specs.addAll(this.methods.of(type)));
		return specs;
	}

	private AnnotatedBeans annotatedBeans() {
		Map<String, Class<?>> annotated = annotatedTypes();
		// its class will be known when it is created, and so will its fallbacks
		boolean incomplete = annotated.entrySet()
			.removeIf((bean) -> bean.getValue().isInterface() && !this.beans.containsSingleton(bean.getKey()));
		return new AnnotatedBeans(annotated, !incomplete);
	}

	/** The names of the beans that have a method. */
	List<String> beanNames(DependencySpec spec) {
		return annotatedTypes().entrySet()
			.stream()
			.filter((bean) -> this.methods.of(bean.getValue()).contains(spec))
			.map(Map.Entry::getKey)
			.toList();
	}

	/**
	 * The classes of the annotated beans by the beans' names; of a bean that was not
	 * created yet, perhaps an interface only.
	 */
	Map<String, Class<?>> annotatedTypes() {
		Map<String, Class<?>> annotated = new LinkedHashMap<>();
		for (String name : this.beans.getBeanNamesForType(Object.class, true, false)) {
			if (this.beans.containsBeanDefinition(ScopedProxyUtils.getTargetBeanName(name))) {
				continue;
			}
			Class<?> type = AutoProxyUtils.determineTargetClass(this.beans, name);
			if (type != null && !this.methods.of(type).isEmpty()) {
				annotated.put(name, type);
			}
		}
		return annotated;
	}

	/**
	 * The annotated beans.
	 *
	 * @param types their classes by their names
	 * @param complete whether the classes of all of them are known
	 */
	private record AnnotatedBeans(Map<String, Class<?>> types, boolean complete) {
	}

}
