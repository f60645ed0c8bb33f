package dev.resilience.guard;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

import dev.resilience.BreakerState;
import dev.resilience.FailureKind;
import dev.resilience.SwitchPosition;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.InvalidSettingException;
import dev.resilience.policy.Mode;
import dev.resilience.signal.CallListener;
import org.jspecify.annotations.Nullable;

/**
 * Lets the attempts of a dependency's calls through or refuses them, and learns from how
 * they end.
 */
final class Admission {

	private final Environment environment;

	private final Bulkhead bulkhead;

	private final CallListener listener;

	private final Switch control;

	private final Pause pause;

	private volatile DependencyPolicy policy;

	private volatile @Nullable Breaker breaker;

	private volatile @Nullable RateLimit rateLimit;

	private volatile @Nullable Throwable lastFailure;

	Admission(DependencyPolicy policy, Environment environment, Bulkhead bulkhead, CallListener listener,
			long startNanos) {
		this.policy = policy;
		this.listener = listener;
		this.environment = environment;
		this.bulkhead = bulkhead;
		this.control = new Switch(policy.name(), policy.position(), listener);
		this.pause = new Pause(policy.maxPause(), startNanos);
		this.breaker = newBreaker(policy, startNanos);
		RateLimit rateLimit = RateLimit.of(policy, environment);
		this.rateLimit = rateLimit;
		if (rateLimit != null) {
			rateLimit.start(null);
		}
	}

	private @Nullable Breaker newBreaker(DependencyPolicy policy, long nowNanos) {
		return policy.breaker().enabled() ? new Breaker(policy.name(), policy.breaker(),
				() -> ThreadLocalRandom.current().nextDouble(), this.listener, nowNanos) : null;
	}

	/**
	 * Prepare another policy, which may still turn out to be impossible.
	 * @return makes the change
	 * @throws InvalidSettingException if it cannot be done
	 */
	Runnable prepare(DependencyPolicy next) {
		DependencyPolicy before = this.policy;
		if (next.mode() == Mode.OBSERVE && this.control.isThrown(now())) {
			throw new InvalidSettingException(next.sources().getOrDefault("mode", "mode"), next.mode(),
					"enforce as long as the switch of the dependency is thrown");
		}
		boolean sameLimit = Objects.equals(before.rateLimit(), next.rateLimit());
		RateLimit rateLimit = sameLimit ? this.rateLimit : RateLimit.of(next, this.environment);
		return () -> {
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

	Switch control() {
		return this.control;
	}

	Pause pause() {
		return this.pause;
	}

	@Nullable Throwable lastFailure() {
		return this.lastFailure;
	}

	BreakerReading readBreaker(long nowNanos) {
		Breaker breaker = this.breaker;
		BreakerReading reading = (breaker != null) ? breaker.read(nowNanos)
				: new BreakerReading(BreakerState.DISABLED, 0, 0, 0, 0, null);
		return switch (this.control.position(nowNanos)) {
			case OFF -> reading.switchedTo(BreakerState.FORCED_OPEN);
			case BYPASS -> reading.switchedTo(BreakerState.DISABLED);
			case AUTO -> reading;
		};
	}

	/** Whether it is neither switched off nor paused, and the breaker would let probe. */
	boolean isAvailable(long nowNanos) {
		return switch (this.control.position(nowNanos)) {
			case OFF -> false;
			case BYPASS -> true;
			case AUTO -> {
				Duration wait = retryAfter(nowNanos);
				yield wait == null || wait.isZero() || wait.isNegative();
			}
		};
	}

	/** The longer of the pause and the breaker's open time; {@code null} for none. */
	@Nullable Duration retryAfter(long nowNanos) {
		Breaker breaker = this.breaker;
		Duration open = (breaker != null) ? breaker.retryAfter(nowNanos) : null;
		Duration pause = this.pause.remaining(nowNanos);
		if (open == null || pause == null) {
			return (open != null) ? open : pause;
		}
		return (open.compareTo(pause) > 0) ? open : pause;
	}

	@Nullable Instant rateLimitReducedSince() {
		RateLimit rateLimit = this.rateLimit;
		return (rateLimit != null) ? rateLimit.reducedSince() : null;
	}

	/** The dependency is forgotten. */
	void retire() {
		RateLimit rateLimit = this.rateLimit;
		if (rateLimit != null) {
			rateLimit.stop();
		}
	}

	private long now() {
		return this.environment.clock().getAsLong();
	}

}
