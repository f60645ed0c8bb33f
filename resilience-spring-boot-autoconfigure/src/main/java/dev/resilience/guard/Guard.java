package dev.resilience.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.LongSupplier;

import dev.resilience.DependencyType;
import dev.resilience.SwitchPosition;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.InvalidSettingException;
import dev.resilience.signal.CallListener;
import dev.resilience.signal.DeliveryResult;
import dev.resilience.signal.DependencyLog;
import dev.resilience.signal.DependencySignals;
import org.jspecify.annotations.Nullable;

/**
 * The live mechanisms of one dependency, shared by all its operations.
 */
public final class Guard {

	private final Environment environment;

	private final Bulkhead bulkhead;

	private final RetryBudgets budgets;

	private final Backlogs backlogs = new Backlogs();

	private final DependencySignals signals;

	private final Listeners listeners;

	private final DependencyLog log;

	private final Admission admission;

	private volatile DependencyPolicy policy;

	/**
	 * Create the guard of a dependency.
	 * @param policy what was decided for it
	 * @param environment what all guards share
	 * @param listeners who is told of its calls, besides its own signals
	 */
	public Guard(DependencyPolicy policy, Environment environment, List<CallListener> listeners) {
		this.policy = policy;
		this.environment = environment;
		long start = now();
		this.bulkhead = new Bulkhead(policy.bulkhead().maxConcurrent());
		this.budgets = new RetryBudgets(policy.budget(), start);
		this.signals = new DependencySignals(start);
		this.log = new DependencyLog(environment.clock());
		this.listeners = new Listeners(policy.name(), this.log, this.signals, listeners);
		this.admission = new Admission(policy, environment, this.bulkhead, this.listeners, start);
	}

	/**
	 * Check whether a guard can do what was decided.
	 * @param policy what was decided for a dependency
	 * @param environment what all guards share
	 * @throws InvalidSettingException if it cannot
	 */
	public static void check(DependencyPolicy policy, Environment environment) {
		RateLimit.of(policy, environment);
	}

	/**
	 * Prepare another policy, which may still turn out to be impossible. Permits in use,
	 * budgets, signals, listeners, the switch and the state of the breaker stay.
	 * @param next what is to be decided for it
	 * @return makes the change; to be run after each other, not side by side
	 * @throws InvalidSettingException if it cannot be done
	 */
	public Runnable prepare(DependencyPolicy next) {
		Runnable admission = this.admission.prepare(next);
		return () -> {
			this.bulkhead.resize(next.bulkhead().maxConcurrent());
			this.budgets.change(next.budget());
			admission.run();
			this.policy = next;
		};
	}

	/**
	 * Throw the switch.
	 * @param position its new position
	 * @param reason why, in words
	 * @param duration for how long; {@code null} until further notice
	 */
	public void setSwitch(SwitchPosition position, @Nullable String reason, @Nullable Duration duration) {
		this.admission.control().set(position, reason, duration, now());
	}

	/**
	 * The state of the switch.
	 * @return its position, and when it returns
	 */
	public SwitchReading readSwitch() {
		long now = now();
		Switch.Thrown thrown = this.admission.control().read(now);
		return new SwitchReading(thrown.position(), thrown.reason(),
				(thrown.duration() != null) ? Duration.ofNanos(thrown.leftNanos(now)) : null);
	}

	/**
	 * The state of the breaker, as the switch makes it appear.
	 * @return its state, rates and counts
	 */
	public BreakerReading readBreaker() {
		return this.admission.readBreaker(now());
	}

	/**
	 * When the dependency may be called again: the longer of its pause and its breaker's
	 * open time.
	 * @return the time to wait, {@code null} if it need not be waited for
	 */
	public @Nullable Duration retryAfter() {
		return this.admission.retryAfter(now());
	}

	/**
	 * Whether calls would be let through now: it is not switched off, its breaker is not
	 * open, and it has not asked for a pause. Costs no call its probe.
	 * @return {@code true} if they would
	 */
	public boolean isAvailable() {
		return this.admission.isAvailable(now());
	}

	/**
	 * Tell the listeners what has become of durable calls.
	 * @param result what has become of them
	 * @param calls how many they are
	 */
	public void delivered(DeliveryResult result, int calls) {
		this.listeners.onDelivery(result, calls);
	}

	/**
	 * For how long the dependency is paused because it asked for it.
	 * @return the time left, {@code null} if it is not paused
	 */
	public @Nullable Duration pausedFor() {
		return this.admission.pause().remaining(now());
	}

	/**
	 * Since when this instance keeps to its part of a shared rate limit, because the
	 * store through which it is shared does not answer.
	 * @return the moment, {@code null} if that is not so
	 */
	public @Nullable Instant rateLimitReducedSince() {
		return this.admission.rateLimitReducedSince();
	}

	/**
	 * What is known from its calls.
	 * @return the signals
	 */
	public DependencySignals signals() {
		return this.signals;
	}

	/**
	 * How many of its calls run now, abandoned ones included.
	 * @return permits of the bulkhead in use
	 */
	public int inFlight() {
		return this.bulkhead.inFlight();
	}

	/**
	 * How many of its calls run although their callers have gone.
	 * @return abandoned calls
	 */
	public int abandoned() {
		return this.bulkhead.abandoned();
	}

	/**
	 * How many of its calls were fired and forgotten, and wait or run.
	 * @return their number over all its operations
	 */
	public int pending() {
		return this.backlogs.pending();
	}

	/**
	 * It is forgotten: nothing listens to its calls any more.
	 */
	public void retire() {
		this.admission.retire();
		this.listeners.close();
	}

	/**
	 * How many retries it may be sent now.
	 * @return tokens in the retry budget, in both halves of it
	 */
	public double budgetRemaining() {
		return this.budgets.remaining(now());
	}

	/**
	 * What was decided for it.
	 * @return the policy
	 */
	public DependencyPolicy policy() {
		return this.policy;
	}

	/**
	 * The present on the monotonic clock.
	 * @return nanoseconds
	 */
	public long now() {
		return this.environment.clock().getAsLong();
	}

	LongSupplier clock() {
		return this.environment.clock();
	}

	Environment environment() {
		return this.environment;
	}

	Listeners listeners() {
		return this.listeners;
	}

	DependencyLog log() {
		return this.log;
	}

	Admission admission() {
		return this.admission;
	}

	Bulkhead bulkhead() {
		return this.bulkhead;
	}

	Backlog backlog(String operation) {
		return this.backlogs.of(operation);
	}

	RetryBudget retryBudget(DependencyType type) {
		return this.budgets.of(type, now());
	}

	@Nullable Throwable lastFailure() {
		return this.admission.lastFailure();
	}

}
