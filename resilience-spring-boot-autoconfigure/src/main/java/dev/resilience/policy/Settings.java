package dev.resilience.policy;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.resilience.DependencyType;
import dev.resilience.SwitchPosition;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * One layer of settings, as written in the properties or on an annotation: whatever is
 * {@code null} is left to the next layer.
 *
 * @param type what the dependency is to the application: critical, degraded or optional.
 * @param description what the dependency does, in words, for the map.
 * @param timeout bound of a whole call, retries and waits included. Built in: 10s
 * critical, 2s degraded, 3s optional.
 * @param attemptTimeout bound of one attempt. Default: what is left of the timeout.
 * @param fallback way out of a failed call: the name of a method, bean#method, or words
 * that describe it on the map.
 * @param healthCheck URL that is polled to tell whether the dependency is up. A failing
 * check is a warning on the map, it never trips the breaker.
 * @param healthCheckInterval time between two health checks, at least a second. Default
 * 30s.
 * @param availability share of the calls that the dependency is promised to answer, for
 * example 99.9%. Unset: nothing is promised.
 * @param dataSource name of the DataSource bean through which the dependency is called:
 * its connection pool is part of the saturation.
 * @param map URL of the partner's own map, for example
 * https://payments.internal/actuator/integrations. It is followed, so that the map shows
 * what is behind the partner.
 * @param idempotent whether a call may be sent again after the partner may have received
 * it. Default false.
 * @param idempotencyKey whether requests to the partner carry an Idempotency-Key header
 * by which it recognises repetitions; then a call may be sent again after the partner may
 * have received it. Default false.
 * @param ignore exceptions that are answers and not failures: rethrown, no retry, no
 * fallback, a success for the breaker.
 * @param position position of the switch at startup: auto, off (not called, straight to
 * the way out) or bypass (breaker, pause and rate limit ignored). Default auto.
 * @param mode whether what is decided also happens to the calls: enforce, or observe
 * (they are made as if nobody guarded them, and what would have become of them is
 * recorded). Default enforce.
 * @param slowCall a success that takes longer is slow; when set, the breaker counts it.
 * Default for warnings: half the timeout.
 * @param delivery what becomes of a fire-and-forget call that fails: best-effort or
 * durable: stored before it is attempted, and tried again until it is delivered. Default
 * best-effort.
 * @param deliveryMode the same as delivery, for where the other delivery.* keys stand
 * beside it and it can have no value of its own.
 * @param deliveryMaxAttempts how often a durable call is attempted at most. Default 20.
 * @param deliveryMaxAge how long a durable call is tried at most. Default 24h.
 * @param deliveryKey of a durable call, in SpEL over its arguments: calls with the same
 * key are delivered one after the other. Unset: in no order.
 * @param deliveryBackoff the wait before a durable call is tried again.
 * @param isolation thread on which synchronous calls run: auto, caller or thread. Default
 * auto.
 * @param queue how many fire-and-forget calls may wait. Default 1000.
 * @param lastGood the last good value as a way out. Off unless configured.
 * @param retry when and how often a failed call is sent again.
 * @param breaker the circuit breaker of the dependency.
 * @param bulkhead how many calls of the dependency may run at once.
 * @param rateLimit how many calls may be sent in a time. Off unless configured.
 * @param maxPause how long the dependency is paused at most when it asks for it
 * (Retry-After). Default 1m.
 * @param operations settings of single annotated methods, by the method's name.
 */
public record Settings(@Nullable DependencyType type, @Nullable String description, @Nullable Duration timeout,
		@Nullable Duration attemptTimeout, @Nullable String fallback, @Nullable String healthCheck,
		@Nullable Duration healthCheckInterval, @Nullable Rate availability, @Nullable String dataSource,
		@Nullable String map, @Nullable Boolean idempotent, @Nullable Boolean idempotencyKey,
		@Nullable List<Class<? extends Throwable>> ignore, @Name("switch") @Nullable SwitchPosition position,
		@Nullable Mode mode, @Nullable Duration slowCall, @Nullable Delivery delivery,
		@Name("delivery.mode") @Nullable Delivery deliveryMode,
		@Name("delivery.max-attempts") @Nullable Integer deliveryMaxAttempts,
		@Name("delivery.max-age") @Nullable Duration deliveryMaxAge, @Name("delivery.key") @Nullable String deliveryKey,
		@Name("delivery.backoff") @Nullable Backoff deliveryBackoff, @Nullable Isolation isolation,
		@Nullable Integer queue, @Nullable LastGood lastGood, @DefaultValue Retry retry, @DefaultValue Breaker breaker,
		@DefaultValue Bulkhead bulkhead, @Nullable RateLimit rateLimit, @Nullable Duration maxPause,
		@Nullable Map<String, Settings> operations) {

	/** A layer that leaves everything to the next one. */
	public static final Settings NONE = new Settings(null, null, null, null, null, null, null, null, null, null, null,
			null, null, null, null, null, null, null, null, null, null, null, null, null, null, Retry.NONE,
			Breaker.NONE, Bulkhead.NONE, null, null, null);

	/**
	 * The layer that an annotation is.
	 * @param type the declared type
	 * @param timeout the declared timeout
	 * @param fallback the declared fallback method
	 * @param idempotent whether it is declared idempotent
	 * @param ignore the declared answers
	 * @return the layer
	 */
	public static Settings ofAnnotation(@Nullable DependencyType type, @Nullable Duration timeout,
			@Nullable String fallback, @Nullable Boolean idempotent,
			@Nullable List<Class<? extends Throwable>> ignore) {
		return new Settings(type, null, timeout, null, fallback, null, null, null, null, null, idempotent, null, ignore,
				null, null, null, null, null, null, null, null, null, null, null, null, Retry.NONE, Breaker.NONE,
				Bulkhead.NONE, null, null, null);
	}

	/**
	 * What stands here although it belongs to the dependency as a whole.
	 * @return the key and the value, {@code null} if there is nothing of that kind
	 */
	Map.@Nullable Entry<String, Object> misplacedInOperation() {
		return firstOf("description", this.description, "health-check", this.healthCheck, "health-check-interval",
				this.healthCheckInterval, "availability", this.availability, "data-source", this.dataSource, "map",
				this.map, "switch", this.position, "mode", this.mode, "breaker", other(this.breaker, Breaker.NONE),
				"bulkhead", other(this.bulkhead, Bulkhead.NONE), "retry.budget",
				other(this.retry.budget(), Retry.NONE.budget()), "rate-limit", this.rateLimit, "max-pause",
				this.maxPause, "operations", this.operations);
	}

	/**
	 * What stands here although it belongs to a single dependency.
	 * @return the key and the value, {@code null} if there is nothing of that kind
	 */
	Map.@Nullable Entry<String, Object> misplacedInType() {
		return firstOf("type", this.type, "description", this.description, "health-check", this.healthCheck,
				"data-source", this.dataSource, "map", this.map, "operations", this.operations);
	}

	private static <T> @Nullable T other(T value, T none) {
		return value.equals(none) ? null : value;
	}

	private static Map.@Nullable Entry<String, Object> firstOf(@Nullable Object... keysAndValues) {
		for (int i = 0; i < keysAndValues.length; i += 2) {
			Object value = keysAndValues[i + 1];
			if (value != null) {
				return Map.entry(String.valueOf(keysAndValues[i]), value);
			}
		}
		return null;
	}

	/**
	 * The settings of one operation.
	 * @param method the name of the method
	 * @return its settings, {@link #NONE} if there are none
	 */
	public Settings operation(String method) {
		return operationsOrNone().getOrDefault(method, NONE);
	}

	Map<String, Settings> operationsOrNone() {
		return (this.operations != null) ? this.operations : Map.of();
	}

	/**
	 * Settings of the last good value.
	 *
	 * @param maxAge how old a value may be that is served. Default 10m.
	 * @param maxEntries how many values are kept. Default 1000.
	 * @param perUser whether each authenticated user has values of his own. Default true.
	 * @param cache the Spring cache in which the values are kept; max-entries is then its
	 * own business. Default: a cache of this operation alone, in memory.
	 */
	public record LastGood(@Nullable Duration maxAge, @Nullable Integer maxEntries, @Nullable Boolean perUser,
			@Nullable String cache) {
	}

	/**
	 * Settings of the retry.
	 *
	 * @param maxAttempts how often a call is made at most, the first time included. Built
	 * in: 3 critical, 2 degraded, 1 optional.
	 * @param backoff the wait between two attempts.
	 * @param budget how many retries the dependency is sent in all.
	 */
	public record Retry(@Nullable Integer maxAttempts, @DefaultValue Backoff backoff, @DefaultValue Budget budget) {

		static final Retry NONE = new Retry(null, new Backoff(null, null, null, null, null), new Budget(null, null));

	}

	/**
	 * Settings of the wait between two attempts: a random time between 0 and
	 * {@code initial} times {@code multiplier} to the power of the attempt, at most
	 * {@code max}.
	 *
	 * @param strategy how the wait grows from attempt to attempt: exponential, linear
	 * (initial, twice initial, …) or fixed. Default exponential.
	 * @param initial the longest first wait. Default 200ms; 1s between deliveries.
	 * @param multiplier by what an exponential wait grows, from 1. Default 2.
	 * @param max the longest wait. Default 5s; 1h between deliveries.
	 * @param jitter share of the wait that is random, from 0 (none) to 1 (all of it).
	 * Default 1.0; 0.5 between deliveries.
	 */
	public record Backoff(@Nullable BackoffStrategy strategy, @Nullable Duration initial, @Nullable Double multiplier,
			@Nullable Duration max, @Nullable Double jitter) {
	}

	/**
	 * Settings of the retry budget.
	 *
	 * @param ratio retries allowed for each ordinary call, as a share. Default 0.2.
	 * @param minPerSecond retries allowed each second in any case. Default 1.
	 */
	public record Budget(@Nullable Rate ratio, @Nullable Double minPerSecond) {
	}

	/**
	 * Settings of the circuit breaker.
	 *
	 * @param enabled whether there is one. Default true.
	 * @param failureRate share of failed calls that opens it. Default 50%.
	 * @param slowRate share of slow calls that opens it, when slow-call is set. Default
	 * 80%.
	 * @param window what it looks back on: a duration or a number of calls. Default 20s.
	 * @param minCalls calls in the window before it decides. Default 10.
	 * @param openFor how long it stays open before it probes; doubles up to 2m while
	 * probes fail. Default 10s.
	 * @param probes calls that are let through when it is half-open. Default 3.
	 */
	public record Breaker(@Nullable Boolean enabled, @Nullable Rate failureRate, @Nullable Rate slowRate,
			@Nullable Window window, @Nullable Integer minCalls, @Nullable Duration openFor, @Nullable Integer probes) {

		static final Breaker NONE = new Breaker(null, null, null, null, null, null, null);

	}

	/**
	 * Settings of the bulkhead.
	 *
	 * @param maxConcurrent calls of the dependency that may run at once; one that was
	 * given up but still runs is one of them. Default 25.
	 * @param maxWait how long a call waits for its turn. Built in: 250ms critical, else
	 * 0.
	 */
	public record Bulkhead(@Nullable Integer maxConcurrent, @Nullable Duration maxWait) {

		static final Bulkhead NONE = new Bulkhead(null, null);

	}

	/**
	 * Settings of the rate limit.
	 *
	 * @param permits calls that may be sent in the time.
	 * @param per the time. Default 1s.
	 * @param burst calls that may be sent at once after a quiet time. Default: permits.
	 * @param maxWait how long a call waits for its turn. Default 0.
	 * @param shared whether all instances share the limit, through the application's
	 * PostgreSQL or Redis. Default false.
	 */
	public record RateLimit(@Nullable Integer permits, @Nullable Duration per, @Nullable Integer burst,
			@Nullable Duration maxWait, @Nullable Boolean shared) {
	}

}
