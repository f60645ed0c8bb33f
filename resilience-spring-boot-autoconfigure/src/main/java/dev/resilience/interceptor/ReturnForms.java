package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;

import dev.resilience.DependencyType;
import dev.resilience.guard.Form;
import dev.resilience.policy.Isolation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Tells from a method's return type how it hands over its result.
 */
final class ReturnForms {

	private static final boolean REACTOR = ClassUtils.isPresent("reactor.core.publisher.Flux",
			ReturnForms.class.getClassLoader());

	private static final String KOTLIN_FLOW = "kotlinx.coroutines.flow.Flow";

	private static final Set<String> KOTLIN_JOBS = Set.of("kotlinx.coroutines.Job", "kotlinx.coroutines.Deferred");

	private ReturnForms() {
	}

	/**
	 * The type that a method returns, where the bean's class may bind a type variable.
	 */
	static Class<?> type(Method method, Class<?> owner) {
		return returned(method, owner).resolve(method.getReturnType());
	}

	private static ResolvableType returned(Method method, Class<?> owner) {
		return SuspendingFunctions.isSuspending(method) ? SuspendingFunctions.returned(method, owner)
				: ResolvableType.forMethodReturnType(method, owner);
	}

	/**
	 * The type of what a method hands over, in whatever it does so.
	 */
	static ResolvableType value(Method method, Class<?> owner, Form form) {
		ResolvableType returned = returned(method, owner);
		boolean plain = form == Form.BLOCKING || (form == Form.MONO && SuspendingFunctions.isSuspending(method));
		return plain ? returned : returned.getGeneric(0);
	}

	static Form of(Method method, Class<?> owner, DependencyType type, Isolation isolation) {
		Class<?> returned = type(method, owner);
		if (SuspendingFunctions.isSuspending(method)) {
			return ofSuspending(method, returned);
		}
		if (returned == void.class) {
			return (type == DependencyType.OPTIONAL && isolation != Isolation.CALLER) ? Form.BACKGROUND : Form.BLOCKING;
		}
		if (isFuture(returned)) {
			if (!returned.isAssignableFrom(CompletableFuture.class)) {
				throw unguardable(method, returned, "CompletableFuture, CompletionStage or Future");
			}
			return Form.STAGE;
		}
		if (Flow.Publisher.class.isAssignableFrom(returned) || isKotlinFlow(returned)
				|| KOTLIN_JOBS.contains(returned.getName())) {
			throw unguardable(method, returned, "Mono or Flux");
		}
		return REACTOR ? Reactive.of(method, returned) : Form.BLOCKING;
	}

	private static Form ofSuspending(Method method, Class<?> returned) {
		if (isKotlinFlow(returned)) {
			return Form.FLUX;
		}
		if (isWrapper(returned) || Flow.Publisher.class.isAssignableFrom(returned)
				|| KOTLIN_JOBS.contains(returned.getName())) {
			throw unguardable(method, returned, "the value itself, or a Flow");
		}
		return Form.MONO;
	}

	static boolean isKotlinFlow(Class<?> type) {
		return KOTLIN_FLOW.equals(type.getName());
	}

	/** Whether a type carries its value through a stage, a future or a publisher. */
	static boolean isWrapper(Class<?> type) {
		return isFuture(type) || isPublisher(type);
	}

	/** Whether what one carries may be handed on by the other. */
	static boolean isSameKind(Class<?> one, Class<?> other) {
		return (isFuture(one) && isFuture(other)) || (isPublisher(one) && isPublisher(other));
	}

	private static boolean isFuture(Class<?> type) {
		return CompletionStage.class.isAssignableFrom(type) || Future.class.isAssignableFrom(type);
	}

	static boolean isPublisher(Class<?> type) {
		return REACTOR && Publisher.class.isAssignableFrom(type);
	}

	/** A flow as Spring hands it over, anything else as it is. */
	static @Nullable Object published(@Nullable Object result, Class<?> type) {
		return (result != null && isKotlinFlow(type)) ? Reactive.publisher(result, type) : result;
	}

	static boolean isMono(Object result) {
		return REACTOR && Reactive.isMono(result);
	}

	private static InvalidDependencyException unguardable(Method method, Class<?> returned, String instead) {
		return new InvalidDependencyException(
				"The @Dependency method %s returns %s, which cannot be guarded until it completes"
					.formatted(DependencySpec.signature(method), returned.getName()),
				"Return %s.".formatted(instead));
	}

	// apart, because Reactor may be absent
	private static final class Reactive {

		static Object publisher(Object flow, Class<?> type) {
			ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(type);
			return (adapter != null) ? adapter.toPublisher(flow) : flow;
		}

		static boolean isMono(Object result) {
			return result instanceof reactor.core.publisher.Mono;
		}

		static Form of(Method method, Class<?> returned) {
			if (returned == reactor.core.publisher.Mono.class) {
				return Form.MONO;
			}
			if (returned == reactor.core.publisher.Flux.class || returned == Publisher.class) {
				return Form.FLUX;
			}
			if (ReactiveAdapterRegistry.getSharedInstance().getAdapter(returned) != null) {
				throw unguardable(method, returned, "Mono or Flux");
			}
			return Form.BLOCKING;
		}

	}

}
