package dev.resilience.registry;

import java.util.List;
import java.util.function.Function;

import dev.resilience.DependencyType;
import dev.resilience.failure.ResultClassification;
import dev.resilience.guard.Failure;
import dev.resilience.guard.Form;
import dev.resilience.guard.Guard;
import dev.resilience.guard.Operation;
import dev.resilience.guard.WayOut;
import dev.resilience.guard.Work;
import dev.resilience.policy.Isolation;
import dev.resilience.policy.OperationPolicy;
import dev.resilience.policy.Settings;
import org.jspecify.annotations.Nullable;

/**
 * The operations of work that is handed in: one of each dependency for each way to do so.
 */
public final class HandedInOperations {

	private final DependencyRegistry registry;

	private final ResultClassification results;

	private final Runnable prepare;

	/**
	 * Create the operations.
	 * @param registry knows the dependencies
	 * @param results finds results that are failures
	 * @param prepare makes the dependencies known, if that has not happened yet
	 */
	public HandedInOperations(DependencyRegistry registry, ResultClassification results, Runnable prepare) {
		this.registry = registry;
		this.results = results;
		this.prepare = prepare;
	}

	/**
	 * The operation of a dependency.
	 * @throws IllegalArgumentException if the name is not known
	 */
	Operation of(String name, HandedIn way) {
		LiveDependency live = this.registry.live(name);
		if (live == null) {
			this.prepare.run();
			live = this.registry.live(name);
		}
		if (live == null) {
			live = this.registry.unknown().admit(name);
		}
		this.registry.unknown().called(live);
		Guard guard = live.guard();
		return live.handedIn(way, () -> create(guard, way));
	}

	private Operation create(Guard guard, HandedIn way) {
		String name = guard.policy().name();
		DependencyType type = guard.policy().type();
		OperationPolicy policy = this.registry.policies()
			.operation(name, "", name, type, Settings.NONE, (key) -> "built-in");
		boolean optional = type == DependencyType.OPTIONAL;
		boolean withoutResult = way == HandedIn.RUN;
		boolean background = withoutResult && optional && policy.isolation() != Isolation.CALLER;
		String durable = background ? this.registry.policies().durable(name) : null;
		if (durable != null) {
			throw new IllegalStateException(
					"Work that is handed in for dependency '%s' cannot be stored, as '%s' asks for: call an annotated method, or use best-effort delivery"
						.formatted(name, durable));
		}
		boolean hasValue = !background && (optional || (withoutResult && type == DependencyType.DEGRADED));
		List<WayOut> wayOuts = hasValue ? List.of(new OwnFallback(), (work, failure) -> null)
				: List.of(new OwnFallback());
		ResultClassification results = (withoutResult || way == HandedIn.FLUX) ? null : this.results.of(Object.class);
		return new Operation(policy, guard, background ? Form.BACKGROUND : way.form(), wayOuts,
				(results != null) ? (work, result) -> results.check(result) : null);
	}

	@SuppressWarnings({ "unchecked", "NullAway" })
	<T extends @Nullable Object, E extends Throwable> T call(String name, HandedIn way, Work work) throws E {
		try {
			return (T) of(name, way).call(work);
		}
		catch (Throwable ex) {
			throw (E) ex;
		}
	}

	/**
	 * Work with a fallback of its own.
	 *
	 * @param attempt makes an attempt
	 * @param fallback makes the result out of the failure, {@code null} if there is none
	 */
	record OwnWork(Attempt attempt, @Nullable Function<Throwable, ?> fallback) implements Work {

		@Override
		public @Nullable Object attempt(boolean last) throws Throwable {
			return this.attempt.make();
		}

	}

	/**
	 * Makes an attempt.
	 */
	@FunctionalInterface
	interface Attempt {

		@Nullable Object make() throws Throwable;

	}

	private static final class OwnFallback implements WayOut {

		@Override
		public boolean mayServe(Work work) {
			return ((OwnWork) work).fallback() != null;
		}

		@Override
		public @Nullable Object apply(Work work, Failure failure) {
			Function<Throwable, ?> fallback = ((OwnWork) work).fallback();
			return (fallback != null) ? fallback.apply(failure.exception()) : NOTHING;
		}

	}

}
