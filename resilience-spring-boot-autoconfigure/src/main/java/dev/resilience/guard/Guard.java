package dev.resilience.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.InvalidSettingException;
import dev.resilience.policy.Mode;
import dev.resilience.policy.SwitchPosition;
import dev.resilience.signal.CallListener;
import dev.resilience.signal.DependencySignals;
import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

/**
 * The live mechanisms of one dependency, shared by all its operations.
 */
public final class Guard {

	private final Environment environment;

	private final Bulkhead bulkhead;

	private final RetryBudgets budgets;

	private final Backlogs backlogs = new Backlogs();

	private final Switch control;

	private final DependencySignals signals;

	private final Listeners listeners;

	private final Pause pause;

	private volatile DependencyPolicy policy;

	private volatile @Nullable Breaker breaker;

	private volatile @Nullable RateLimit rateLimit;

	private volatile @Nullable Throwable lastFailure;

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
		this.pause = new Pause(policy.maxPause(), start);
		this.breaker = newBreaker(policy, start);
		this.bulkhead = new Bulkhead(policy.bulkhead().maxConcurrent());
		this.budgets = new RetryBudgets(policy.budget(), start);
		RateLimit rateLimit = RateLimit.of(policy, environment);
		this.rateLimit = rateLimit;
		this.control = new Switch(policy.name(), policy.position());
		this.signals = new DependencySignals(start);
		this.listeners = new Listeners(policy.name(), this.signals, listeners);
		if (rateLimit != null) {
			rateLimit.start(null);
		}
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

	private static @Nullable Breaker newBreaker(DependencyPolicy policy, long nowNanos) {
		return policy.breaker().enabled()
				? new Breaker(policy.name(), policy.breaker(), () -> ThreadLocalRandom.current().nextDouble(), nowNanos)
				: null;
	}

	/**
	 * Prepare another policy, which may still turn out to be impossible. Permits in use,
	 * budgets, signals, listeners, the switch and the state of the breaker stay.
	 * @param next what is to be decided for it
	 * @return makes the change; to be run after each other, not side by side
	 * @throws InvalidSettingException if it cannot be done
	 */
	public Runnable prepare(DependencyPolicy next) {
		DependencyPolicy before = this.policy;
		if (next.mode() == Mode.OBSERVE && this.control.isThrown(now())) {
			throw new InvalidSettingException(next.sources().getOrDefault("mode", "mode"), next.mode(),
					"enforce as long as the switch of the dependency is thrown");
		}
		boolean sameLimit = Objects.equals(before.rateLimit(), next.rateLimit());
		RateLimit rateLimit = sameLimit ? this.rateLimit : RateLimit.of(next, this.environment);
		return () -> {
			this.bulkhead.resize(next.bulkhead().maxConcurrent());
			this.budgets.change(next.budget());
			this.control.returnTo(next.position());
			this.pause.limitTo(next.maxPause());
			if (!sameLimit) {
				replace(rateLimit);
			}
			if (!before.breaker().equals(next.breaker())) {
				Breaker breaker = this.breaker;
				this.breaker = (breaker != null && next.breaker().enabled()) ? breaker.successor(next.breaker(), now())
						: newBreaker(next, now());
			}
			this.policy = next;
		};
	}

	private void replace(@Nullable RateLimit next) {
		RateLimit before = this.rateLimit;
		if (next != null) {
			next.start(before);
		}
		this.rateLimit = next;
		if (before != null) {
			before.stop();
		}
	}

	/**
	 * What must hold before anything is spent on an attempt.
	 * @return why it must not be made, {@code null} if it may
	 */
	@Nullable Refusal admit(Call call) {
		long now = call.attemptNanos;
		SwitchPosition position = this.control.position(now);
		if (position == SwitchPosition.OFF) {
			return Refusal.SWITCHED_OFF;
		}
		if (call.deadlineNanos - now <= 0) {
			return Refusal.DEADLINE_SPENT;
		}
		if (position == SwitchPosition.BYPASS) {
			return null;
		}
		if (this.pause.isOn(now)) {
			return Refusal.PAUSED;
		}
		Breaker breaker = this.breaker;
		return (breaker != null && breaker.isOpen(now)) ? Refusal.BREAKER_OPEN : null;
	}

	/**
	 * The token of the rate limit for an attempt that has its place in the bulkhead.
	 * @return completes with whether there is one
	 */
	CompletableFuture<Boolean> acquireToken(Call call) {
		RateLimit rateLimit = this.rateLimit;
		if (rateLimit == null || this.control.position(call.attemptNanos) == SwitchPosition.BYPASS) {
			return RateLimit.GRANTED;
		}
		return rateLimit.acquire(call.deadlineNanos - call.attemptNanos);
	}

	/**
	 * What must hold once the attempt has its place in the bulkhead and may have its
	 * token. A refusal gives back both.
	 * @param token whether it has a token of the rate limit
	 * @return why it must not be made, {@code null} if it may
	 */
	@Nullable Refusal admitWithinBulkhead(Call call, boolean token) {
		Refusal refusal = token ? admitByBreaker(call) : Refusal.RATE_LIMITED;
		if (refusal != null) {
			leave(token);
		}
		else if (call.attempt() == 1) {
			call.operation.retryBudget().deposit(call.attemptNanos);
		}
		else if (call.failure != null) {
			call.failure.discard(null);
		}
		return refusal;
	}

	// it may have waited since it was admitted
	private @Nullable Refusal admitByBreaker(Call call) {
		if (call.deadlineNanos - call.attemptNanos <= 0) {
			return Refusal.DEADLINE_SPENT;
		}
		if (this.control.position(call.attemptNanos) == SwitchPosition.BYPASS) {
			return null;
		}
		if (this.pause.isOn(call.attemptNanos)) {
			return Refusal.PAUSED;
		}
		Breaker breaker = this.breaker;
		if (breaker == null) {
			return null;
		}
		call.permission = breaker.tryAcquire(call.attemptNanos, call.deadlineNanos);
		return (call.permission == Breaker.REFUSED) ? Refusal.BREAKER_OPEN : null;
	}

	/**
	 * An attempt that has its place in the bulkhead will not be made.
	 * @param token whether it has a token of the rate limit
	 */
	void leave(boolean token) {
		if (token) {
			giveBackToken();
		}
		this.bulkhead.release();
	}

	void giveBackToken() {
		RateLimit rateLimit = this.rateLimit;
		if (rateLimit != null) {
			rateLimit.giveBack();
		}
	}

	void attemptSucceeded(Call call, long nowNanos, boolean slow) {
		Breaker breaker = this.breaker;
		if (breaker != null) {
			breaker.succeeded(call.takePermission(), nowNanos, slow);
		}
	}

	void attemptFailed(Call call, long nowNanos, Failure failure) {
		FailureKind kind = failure.kind();
		boolean cutShort = kind == FailureKind.TIMEOUT && call.isCutShort(nowNanos);
		boolean counts = kind.isCountedByBreaker() && !cutShort && (kind != FailureKind.PARTIAL_FAILURE
				|| failure.classification().failedShare() >= this.policy.breaker().failureRate().value());
		if (counts) {
			this.lastFailure = failure.exception();
		}
		Duration pause = failure.classification().retryAfter();
		if (pause != null) {
			this.pause.extend(pause, nowNanos);
		}
		Breaker breaker = this.breaker;
		if (breaker == null) {
			return;
		}
		if (counts) {
			breaker.failed(call.takePermission(), nowNanos);
		}
		else if (cutShort || kind == FailureKind.RATE_LIMITED || kind == FailureKind.REJECTED
				|| failure.isInterrupted()) {
			breaker.release(call.takePermission(), nowNanos);
		}
		else {
			breaker.succeeded(call.takePermission(), nowNanos, false);
		}
	}

	/** A stream has begun: a probe has its answer, and does not wait for the end. */
	void streamBegan(Call call) {
		Breaker breaker = this.breaker;
		if (breaker != null && Probes.isProbe(call.permission)) {
			breaker.succeeded(call.takePermission(), now(), false);
		}
	}

	/** The attempt was given up by its caller: that says nothing about the dependency. */
	void attemptCancelled(Call call, long nowNanos) {
		Breaker breaker = this.breaker;
		if (breaker != null) {
			breaker.release(call.takePermission(), nowNanos);
		}
	}

	/**
	 * Throw the switch.
	 * @param position its new position
	 * @param reason why, in words
	 * @param duration for how long; {@code null} until further notice
	 */
	public void setSwitch(SwitchPosition position, @Nullable String reason, @Nullable Duration duration) {
		this.control.set(position, reason, duration, now());
	}

	/**
	 * The state of the switch.
	 * @return its position, and when it returns
	 */
	public SwitchReading readSwitch() {
		long now = now();
		Switch.Thrown thrown = this.control.read(now);
		return new SwitchReading(thrown.position(), thrown.reason(),
				(thrown.duration() != null) ? Duration.ofNanos(thrown.leftNanos(now)) : null);
	}

	/**
	 * The state of the breaker, as the switch makes it appear.
	 * @return its state, rates and counts
	 */
	public BreakerReading readBreaker() {
		long now = now();
		Breaker breaker = this.breaker;
		BreakerReading reading = (breaker != null) ? breaker.read(now)
				: new BreakerReading(BreakerState.DISABLED, 0, 0, 0, 0, null);
		return switch (this.control.position(now)) {
			case OFF -> reading.switchedTo(BreakerState.FORCED_OPEN);
			case BYPASS -> reading.switchedTo(BreakerState.DISABLED);
			case AUTO -> reading;
		};
	}

	/**
	 * When the dependency may be called again: the longer of its pause and its breaker's
	 * open time.
	 * @return the time to wait, {@code null} if it need not be waited for
	 */
	public @Nullable Duration retryAfter() {
		long now = now();
		Breaker breaker = this.breaker;
		Duration open = (breaker != null) ? breaker.retryAfter(now) : null;
		Duration pause = pausedFor();
		if (open == null || pause == null) {
			return (open != null) ? open : pause;
		}
		return (open.compareTo(pause) > 0) ? open : pause;
	}

	/**
	 * For how long the dependency is paused because it asked for it.
	 * @return the time left, {@code null} if it is not paused
	 */
	public @Nullable Duration pausedFor() {
		return this.pause.remaining(now());
	}

	/**
	 * Since when this instance keeps to its part of a shared rate limit, because the
	 * store through which it is shared does not answer.
	 * @return the moment, {@code null} if that is not so
	 */
	public @Nullable Instant rateLimitReducedSince() {
		RateLimit rateLimit = this.rateLimit;
		return (rateLimit != null) ? rateLimit.reducedSince() : null;
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
		RateLimit rateLimit = this.rateLimit;
		if (rateLimit != null) {
			rateLimit.stop();
		}
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
		return this.lastFailure;
	}

}
