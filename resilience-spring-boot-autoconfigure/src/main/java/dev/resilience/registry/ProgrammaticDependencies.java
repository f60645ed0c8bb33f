package dev.resilience.registry;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.Function;

import dev.resilience.Dependencies;
import dev.resilience.DependencyType;
import dev.resilience.failure.ResultClassification;
import dev.resilience.guard.Failure;
import dev.resilience.guard.Form;
import dev.resilience.guard.Guard;
import dev.resilience.guard.Operation;
import dev.resilience.guard.WayOut;
import dev.resilience.policy.OperationPolicy;
import dev.resilience.policy.Settings;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

import org.springframework.util.ClassUtils;

/**
 * Guards work that is handed in: each dependency has one operation for calls and one for
 * work without a result.
 */
public final class ProgrammaticDependencies implements Dependencies {

	private static final boolean REACTIVE_STREAMS = ClassUtils.isPresent("org.reactivestreams.Publisher",
			ProgrammaticDependencies.class.getClassLoader());

	private final DependencyRegistry registry;

	private final ResultClassification results;

	private final Runnable prepare;

	private final Map<String, Operation> calls = new ConcurrentHashMap<>();

	private final Map<String, Operation> runs = new ConcurrentHashMap<>();

	/**
	 * Create the entry point.
	 * @param registry knows the dependencies
	 * @param results finds results that are failures
	 * @param prepare makes the dependencies known, if that has not happened yet
	 */
	public ProgrammaticDependencies(DependencyRegistry registry, ResultClassification results, Runnable prepare) {
		this.registry = registry;
		this.results = results;
		this.prepare = prepare;
	}

	@Override
	public <T extends @Nullable Object, E extends Exception> T call(String name, Work<T, E> work) throws E {
		return complete(name, invoke(call(name), new HandedIn(work, null)));
	}

	@Override
	public <T extends @Nullable Object, E extends Exception> T call(String name, Work<T, E> work,
			Function<Throwable, T> fallback) throws E {
		return complete(name, invoke(call(name), new HandedIn(work, fallback)));
	}

	@Override
	public void run(String name, Runnable work) {
		Operation operation = this.runs.computeIfAbsent(name, (key) -> operation(key, true));
		invoke(operation, new HandedInRun(work));
	}

	// the guard has let go of the call although its work goes on
	private static <T extends @Nullable Object> T complete(String name, T result) {
		if (result instanceof CompletionStage || result instanceof Future || result instanceof Flow.Publisher
				|| (REACTIVE_STREAMS && result instanceof Publisher)) {
			throw new IllegalArgumentException(
					"The call of dependency '%s' returned a %s, which would be unguarded until it completes: wait for the value within the work, or return it from a @Dependency method"
						.formatted(name, result.getClass().getName()));
		}
		return result;
	}

	private Operation call(String name) {
		Operation known = this.calls.get(name);
		return (known != null) ? known : this.calls.computeIfAbsent(name, (key) -> operation(key, false));
	}

	private Operation operation(String name, boolean withoutResult) {
		this.prepare.run();
		Guard guard = this.registry.find(name);
		if (guard == null) {
			throw new IllegalArgumentException(
					"Unknown dependency '%s': name it under 'resilience.dependencies' or on a @Dependency method; known are %s"
						.formatted(name, this.registry.names()));
		}
		DependencyType type = guard.policy().type();
		OperationPolicy policy = this.registry.policies()
			.operation(name, "", name, type, Settings.NONE, (key) -> "built-in");
		boolean optional = type == DependencyType.OPTIONAL;
		boolean hasValue = optional || (withoutResult && type == DependencyType.DEGRADED);
		boolean background = withoutResult && optional && policy.isolation() != dev.resilience.policy.Isolation.CALLER;
		List<WayOut> wayOuts = (hasValue && !background) ? List.of(new HandedInFallback(), (work, failure) -> null)
				: List.of(new HandedInFallback());
		ResultClassification results = withoutResult ? null : this.results.of(Object.class);
		Operation operation = new Operation(policy, guard, background ? Form.BACKGROUND : Form.BLOCKING, wayOuts,
				(results != null) ? (work, result) -> results.check(result) : null);
		this.registry.addUnlisted(operation);
		return operation;
	}

	@SuppressWarnings({ "unchecked", "NullAway" })
	private static <T extends @Nullable Object, E extends Throwable> T invoke(Operation operation,
			dev.resilience.guard.Work work) throws E {
		try {
			return (T) operation.call(work);
		}
		catch (Throwable ex) {
			throw (E) ex;
		}
	}

	private record HandedIn(Work<?, ?> work,
			@Nullable Function<Throwable, ?> fallback) implements dev.resilience.guard.Work {

		@Override
		public @Nullable Object attempt(boolean last) throws Throwable {
			return this.work.call();
		}

	}

	private record HandedInRun(Runnable work) implements dev.resilience.guard.Work {

		@Override
		public @Nullable Object attempt(boolean last) {
			this.work.run();
			return null;
		}

	}

	private static final class HandedInFallback implements WayOut {

		@Override
		public @Nullable Object apply(dev.resilience.guard.Work work, Failure failure) {
			Function<Throwable, ?> fallback = (work instanceof HandedIn call) ? call.fallback() : null;
			return (fallback != null) ? fallback.apply(failure.exception()) : NOTHING;
		}

	}

}
