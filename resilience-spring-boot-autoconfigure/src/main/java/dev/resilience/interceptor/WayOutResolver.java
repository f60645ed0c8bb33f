package dev.resilience.interceptor;

import java.util.ArrayList;
import java.util.List;

import dev.resilience.DependencyType;
import dev.resilience.guard.Form;
import dev.resilience.guard.WayOut;
import dev.resilience.policy.OperationPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Finds the ways out of a method: its fallback, its last good value, its natural empty
 * value. Refuses a method that must not fail and has none.
 */
final class WayOutResolver {

	private final FallbackResolver fallbacks;

	private final LastGoodResolver lastGoods;

	WayOutResolver(FallbackResolver fallbacks, LastGoodResolver lastGoods) {
		this.fallbacks = fallbacks;
		this.lastGoods = lastGoods;
	}

	WayOuts find(DependencySpec spec, OperationPolicy policy, Form form) {
		List<WayOut> inOrder = new ArrayList<>();
		boolean complete = false;
		SucceededItems items = succeededItems(spec, policy, form);
		if (policy.fallback() != null) {
			List<FallbackMethod> methods = this.fallbacks.resolve(policy.fallback(),
					policy.sources().getOrDefault("fallback", ""), spec.method(), spec.owner());
			complete = methods.stream().anyMatch(FallbackMethod::servesAll);
			inOrder.add(new NarrowestFallback(methods));
			if (items != null) {
				// what was made for just that goes first, what takes any failure does not
				inOrder.add(methods.stream().anyMatch(FallbackMethod::takesPartialFailures) ? 1 : 0, items);
			}
		}
		else if (items != null) {
			inOrder.add(items);
		}
		LastGood lastGood = null;
		OperationPolicy.LastGood settings = policy.lastGood();
		if (settings != null && policy.type() != DependencyType.CRITICAL) {
			lastGood = this.lastGoods.find(spec, policy, form, settings);
			inOrder.add(lastGood);
			complete = true;
		}
		WayOut empty = NaturalEmpty.of(spec.method(), spec.owner(), policy.type(), form);
		if (empty != null) {
			inOrder.add(empty);
		}
		else if (!complete && policy.type() != DependencyType.CRITICAL && form != Form.BACKGROUND) {
			throw new InvalidDependencyException(
					"The %s @Dependency method %s returns %s and has no way out that serves every failure".formatted(
							policy.type(), spec.signature(),
							ReturnForms.type(spec.method(), spec.owner()).getSimpleName()),
					"Name a fallback method that takes any failure, configure 'resilience.dependencies.%s.last-good', or return a type that can be empty (Optional, a collection)."
						.formatted(spec.name()));
		}
		return new WayOuts(inOrder, lastGood);
	}

	private static @Nullable SucceededItems succeededItems(DependencySpec spec, OperationPolicy policy, Form form) {
		ItemizedMethod method = (policy.type() != DependencyType.CRITICAL)
				? ItemizedMethod.of(spec.method(), spec.owner(), form) : null;
		return (method != null && method.results() != ItemizedMethod.Results.NONE) ? new SucceededItems(method) : null;
	}

}
