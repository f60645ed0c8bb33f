package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.BaseStream;

import dev.resilience.guard.Environment;
import dev.resilience.guard.Form;
import dev.resilience.policy.OperationPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Finds a place for the last good values of a method. Refuses methods whose values cannot
 * be kept, or could never be found again.
 */
final class LastGoodResolver {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private static final boolean CAFFEINE = ClassUtils.isPresent("com.github.benmanes.caffeine.cache.Caffeine",
			LastGoodResolver.class.getClassLoader());

	private final BeanFactory beans;

	private final Environment environment;

	private final Users users;

	private final Map<String, LastGoodStore> caches = new HashMap<>();

	// they outlive a change of the policy
	private final Map<String, LastGoodStore> memories = new HashMap<>();

	LastGoodResolver(BeanFactory beans, Environment environment, Users users) {
		this.beans = beans;
		this.environment = environment;
		this.users = users;
	}

	LastGood find(DependencySpec spec, OperationPolicy policy, Form form, OperationPolicy.LastGood settings) {
		String subject = "'%s' asks for the last good value of %s"
			.formatted(policy.sources().getOrDefault("last-good", "last-good"), spec.signature());
		refuseUnkeepable(spec, form, subject);
		refuseUnfindable(spec, subject);
		String operation = spec.owner().getName() + "#" + DependencySpec.signature(spec.method());
		Users users = settings.perUser() ? this.users : Users.NONE;
		LastGoodKeys keys = new LastGoodKeys(operation, SuspendingFunctions.parameterCount(spec.method()),
				settings.cache() == null, users.caller(), KeyParameter.of(spec.method()));
		return new LastGood(keys, form, store(settings, operation, subject), settings,
				(form == Form.MONO) ? users.subscriber() : null);
	}

	private static void refuseUnkeepable(DependencySpec spec, Form form, String subject) {
		Class<?> returned = ReturnForms.type(spec.method(), spec.owner());
		if (returned == void.class || form == Form.FLUX || BaseStream.class.isAssignableFrom(returned)) {
			throw new InvalidDependencyException("%s, which returns %s".formatted(subject, returned.getSimpleName()),
					"Remove 'last-good' there, or return a value that can be kept and served again.");
		}
	}

	// such an argument equals nothing but itself
	private static void refuseUnfindable(DependencySpec spec, String subject) {
		Method method = spec.method();
		for (int i = 0; i < method.getParameterCount(); i++) {
			Class<?> type = ResolvableType.forMethodParameter(method, i, spec.owner()).toClass();
			while (type.isArray()) {
				type = type.getComponentType();
			}
			if (!hasIdentityHashCode(type)) {
				continue;
			}
			if (Modifier.isFinal(type.getModifiers())) {
				throw new InvalidDependencyException(
						"%s, whose parameter %d, %s, has no hashCode of its own: no value would ever be found again"
							.formatted(subject, i + 1, type.getName()),
						"Give it equals and hashCode, or remove 'last-good' there.");
			}
			logger.warn(
					"{}, whose parameter {}, {}, has no hashCode of its own: without one in a subclass, no value will ever be found again",
					subject, i + 1, type.getName());
		}
	}

	private static boolean hasIdentityHashCode(Class<?> type) {
		if (type.isInterface() || type.isPrimitive() || type.isEnum() || type == Object.class || type == Class.class) {
			return false;
		}
		Method hashCode = ReflectionUtils.findMethod(type, "hashCode");
		return hashCode != null && hashCode.getDeclaringClass() == Object.class;
	}

	private LastGoodStore store(OperationPolicy.LastGood settings, String operation, String subject) {
		if (settings.cache() != null) {
			return this.caches.computeIfAbsent(settings.cache(), (name) -> new CacheStore(cache(name, subject),
					this.environment.workers(), System::currentTimeMillis));
		}
		if (!CAFFEINE) {
			throw new InvalidDependencyException("%s, but Caffeine is not on the class path".formatted(subject),
					"Add the dependency com.github.ben-manes.caffeine:caffeine, whose version Spring Boot manages, or name a cache of the application with 'last-good.cache'.");
		}
		return this.memories.computeIfAbsent(operation, (key) -> new MemoryStore(settings, this.environment.clock()));
	}

	private Cache cache(String name, String subject) {
		CacheManager manager;
		try {
			manager = this.beans.getBean(CacheManager.class);
		}
		catch (NoSuchBeanDefinitionException ex) {
			throw new InvalidDependencyException(
					"%s in the cache '%s', but the application has no single CacheManager bean (%s)".formatted(subject,
							name, ex.getMessage()),
					"Enable caching (@EnableCaching), mark one of several managers as @Primary, or remove 'cache' there to keep the values in memory.",
					ex);
		}
		Cache cache = manager.getCache(name);
		if (cache == null) {
			throw new InvalidDependencyException(
					"%s in the cache '%s', which the application does not have. Known caches: %s".formatted(subject,
							name, manager.getCacheNames()),
					"Name one of them, or add it where the caches are configured (spring.cache.cache-names).");
		}
		return cache;
	}

}
