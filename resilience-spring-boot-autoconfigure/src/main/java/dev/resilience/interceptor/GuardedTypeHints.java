package dev.resilience.interceptor;

import java.util.Collection;

import dev.resilience.Dependency;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/**
 * The runtime hints of classes with annotated methods. All methods of such a class may be
 * invoked: which of them are fallbacks, the properties may decide at run time.
 */
final class GuardedTypeHints {

	private final RuntimeHints hints;

	private final ConfigurableListableBeanFactory beans;

	GuardedTypeHints(RuntimeHints hints, ConfigurableListableBeanFactory beans) {
		this.hints = hints;
		this.beans = beans;
	}

	void register(Class<?> beanType, Collection<DependencySpec> specs) {
		Class<?> type = ClassUtils.getUserClass(beanType);
		registerMethods(type);
		registerAnnotations(MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY));
		if (type.isInterface() && !type.isSealed()) {
			// a client whose factory makes its proxy, around which goes another one
			this.hints.proxies().registerJdkProxy(AopProxyUtils.completeJdkProxyInterfaces(type));
		}
		specs.forEach(this::register);
	}

	private void register(DependencySpec spec) {
		registerAnnotations(MergedAnnotations.from(spec.method(), SearchStrategy.TYPE_HIERARCHY));
		if (spec.settings().fallback() != null) {
			registerFallback(spec.settings().fallback());
		}
		if (spec.settings().ignore() != null) {
			spec.settings().ignore().forEach((exception) -> registerException(exception.getName()));
		}
		Class<?> returned = ReturnForms.type(spec.method(), spec.owner());
		if (returned.isArray()) {
			// an empty one is its natural empty value
			this.hints.reflection().registerType(returned);
		}
	}

	private void registerMethods(Class<?> type) {
		for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
			registerInvocation(each);
		}
		ClassUtils.getAllInterfacesForClassAsSet(type).forEach(this::registerInvocation);
	}

	// the application's own annotations, which stand for ours
	private void registerAnnotations(MergedAnnotations annotations) {
		annotations.stream(Dependency.class)
			.flatMap((annotation) -> annotation.getMetaTypes().stream())
			.forEach(this::registerInvocation);
	}

	private void registerInvocation(Class<?> type) {
		this.hints.reflection()
			.registerType(type, MemberCategory.INVOKE_DECLARED_METHODS, MemberCategory.INVOKE_PUBLIC_METHODS);
	}

	/**
	 * The arguments of methods that may be durable, which are written as JSON and read
	 * again.
	 */
	void registerArguments(Collection<DependencySpec> specs) {
		BindingReflectionHintsRegistrar registrar = new BindingReflectionHintsRegistrar();
		specs.stream()
			.filter((spec) -> spec.method().getReturnType() == void.class)
			.flatMap((spec) -> DurableMethods.parameters(spec).stream())
			.forEach((parameter) -> registrar.registerReflectionHints(this.hints.reflection(), parameter.type()));
	}

	/** A fallback method in another bean; those in the same class are there anyway. */
	void registerFallback(String fallback) {
		int hash = fallback.indexOf('#');
		String bean = (hash > 0) ? fallback.substring(0, hash) : null;
		// startup refuses a bean that does not exist
		Class<?> type = (bean != null && this.beans.containsBean(bean)) ? this.beans.getType(bean) : null;
		if (type != null) {
			registerMethods(ClassUtils.getUserClass(type));
		}
	}

	void registerException(String type) {
		this.hints.reflection().registerTypeIfPresent(this.beans.getBeanClassLoader(), type);
	}

}
