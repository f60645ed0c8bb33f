package dev.resilience.interceptor;

import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.BaseStream;

import dev.resilience.DependencyType;
import dev.resilience.guard.Form;
import dev.resilience.guard.WayOut;
import dev.resilience.policy.OperationPolicy;
import dev.resilience.policy.Settings;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * Finds the ways out of a method: its fallback, its last good value, its natural empty
 * value. Refuses a method that must not fail and has none.
 */
final class WayOutResolver {

	private static final boolean CAFFEINE = ClassUtils.isPresent("com.github.benmanes.caffeine.cache.Caffeine",
			WayOutResolver.class.getClassLoader());

	private final FallbackResolver fallbacks;

	private final Supplier<@Nullable Principal> user;

	WayOutResolver(FallbackResolver fallbacks, Supplier<@Nullable Principal> user) {
		this.fallbacks = fallbacks;
		this.user = user;
	}

	WayOuts find(DependencySpec spec, OperationPolicy policy, Form form) {
		List<WayOut> inOrder = new ArrayList<>();
		boolean complete = false;
		if (policy.fallback() != null) {
			List<FallbackMethod> methods = this.fallbacks.resolve(policy.fallback(),
					policy.sources().getOrDefault("fallback", ""), spec.method(), spec.owner());
			complete = methods.stream().anyMatch(FallbackMethod::servesAll);
			inOrder.add(new NarrowestFallback(methods));
		}
		LastGood lastGood = null;
		Settings.LastGood settings = policy.lastGood();
		if (settings != null && policy.type() != DependencyType.CRITICAL) {
			lastGood = lastGood(spec, policy, form, settings);
			inOrder.add(lastGood);
			complete = true;
		}
		WayOut empty = NaturalEmpty.of(spec.method(), spec.owner(), policy.type(), form);
		if (empty != null) {
			inOrder.add(empty);
		}
		else if (!complete && policy.type() != DependencyType.CRITICAL && form != Form.BACKGROUND) {
			throw new InvalidDependencyException(
					"The %s @Dependency method %s returns %s and has no way out that serves every failure"
						.formatted(policy.type(), spec.signature(), spec.method().getReturnType().getSimpleName()),
					"Name a fallback method that takes any failure, configure 'resilience.dependencies.%s.last-good', or return a type that can be empty (Optional, a collection)."
						.formatted(spec.name()));
		}
		return new WayOuts(inOrder, lastGood);
	}

	private LastGood lastGood(DependencySpec spec, OperationPolicy policy, Form form, Settings.LastGood settings) {
		String origin = policy.sources().getOrDefault("last-good", "last-good");
		Class<?> returned = ReturnForms.type(spec.method(), spec.owner());
		if (returned == void.class || form == Form.FLUX || BaseStream.class.isAssignableFrom(returned)) {
			throw new InvalidDependencyException(
					"'%s' asks for the last good value of %s, which returns %s".formatted(origin, spec.signature(),
							returned.getSimpleName()),
					"Remove 'last-good' there, or return a value that can be kept and served again.");
		}
		if (form == Form.MONO && settings.perUser()) {
			throw new InvalidDependencyException(
					"'%s' asks for a last good value per user of %s, whose user is not known when it is called"
						.formatted(origin, spec.signature()),
					"Set 'per-user: false' there if all users may see the same values, or return the value itself.");
		}
		if (!CAFFEINE) {
			throw new InvalidDependencyException(
					"'%s' asks for the last good value of %s, but Caffeine is not on the class path".formatted(origin,
							spec.signature()),
					"Add the dependency com.github.ben-manes.caffeine:caffeine, whose version Spring Boot manages.");
		}
		return new LastGood(settings, this.user);
	}

}
