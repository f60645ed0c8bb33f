package dev.resilience.policy;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;

import dev.resilience.DependencyType;
import dev.resilience.SwitchPosition;
import org.jspecify.annotations.Nullable;

/**
 * What was decided for a dependency: all that its operations share.
 *
 * @param name the name of the dependency
 * @param type the most critical of its operations' types
 * @param description what it does, in words
 * @param fallback the way out, in words
 * @param timeout the timeout of its operations, the longest if they differ
 * @param maxAttempts the attempts of its operations, the most if they differ
 * @param healthCheck where its health is asked for
 * @param healthCheckInterval the time between two health checks
 * @param availability share of the calls that it is promised to answer, {@code null} if
 * nothing is promised
 * @param dataSource name of the DataSource through which it is called, {@code null} if it
 * is none
 * @param map where its own map is, {@code null} if it is not followed
 * @param position the position of the switch at startup
 * @param mode whether what is decided also happens to the calls
 * @param breaker the circuit breaker
 * @param bulkhead the bulkhead
 * @param budget the retry budget
 * @param rateLimit the rate limit, {@code null} if off
 * @param maxPause how long it is paused at most when it asks for it
 * @param sources where each value came from, by its key
 */
public record DependencyPolicy(String name, DependencyType type, @Nullable String description,
		@Nullable String fallback, Duration timeout, int maxAttempts, @Nullable URI healthCheck,
		Duration healthCheckInterval, @Nullable Rate availability, @Nullable String dataSource, @Nullable URI map,
		SwitchPosition position, Mode mode, Breaker breaker, Bulkhead bulkhead, Budget budget,
		@Nullable RateLimit rateLimit, Duration maxPause, Map<String, String> sources) {

	/**
	 * The circuit breaker.
	 *
	 * @param enabled whether there is one
	 * @param failureRate share of failed calls that opens it
	 * @param slowRate share of slow calls that opens it
	 * @param window what it looks back on
	 * @param minCalls calls in the window before it decides
	 * @param openFor how long it stays open at first
	 * @param probes calls let through when half-open
	 */
	public record Breaker(boolean enabled, Rate failureRate, Rate slowRate, Window window, int minCalls,
			Duration openFor, int probes) {

		static Breaker decide(Layers layers) {
			return new Breaker(layers.pick("breaker.enabled", (s) -> s.breaker().enabled(), true),
					layers.pick("breaker.failure-rate", (s) -> s.breaker().failureRate(),
							Defaults.BREAKER_FAILURE_RATE),
					layers.pick("breaker.slow-rate", (s) -> s.breaker().slowRate(), Defaults.BREAKER_SLOW_RATE),
					layers.pick("breaker.window", (s) -> s.breaker().window(), Defaults.BREAKER_WINDOW),
					layers.atLeast(1, "breaker.min-calls", (s) -> s.breaker().minCalls(), Defaults.BREAKER_MIN_CALLS),
					layers.positive("breaker.open-for", (s) -> s.breaker().openFor(), Defaults.BREAKER_OPEN_FOR),
					layers.atLeast(1, "breaker.probes", (s) -> s.breaker().probes(), Defaults.BREAKER_PROBES));
		}

	}

	/**
	 * The bulkhead.
	 *
	 * @param maxConcurrent calls that may run at once
	 * @param maxWait how long a call waits for its turn
	 */
	public record Bulkhead(int maxConcurrent, Duration maxWait) {

		static Bulkhead decide(Layers layers, DependencyType type) {
			return new Bulkhead(
					layers.atLeast(1, "bulkhead.max-concurrent", (s) -> s.bulkhead().maxConcurrent(),
							Defaults.MAX_CONCURRENT),
					layers.notNegative("bulkhead.max-wait", (s) -> s.bulkhead().maxWait(), Defaults.maxWait(type)));
		}

	}

	/**
	 * The rate limit.
	 *
	 * @param permits calls that may be sent in the time
	 * @param per the time
	 * @param burst calls that may be sent at once after a quiet time
	 * @param maxWait how long a call waits for its turn
	 * @param shared whether all instances share the limit
	 */
	public record RateLimit(int permits, Duration per, int burst, Duration maxWait, boolean shared) {

		static @Nullable RateLimit decide(Layers layers) {
			if (layers.pick("rate-limit", Settings::rateLimit) == null) {
				return null;
			}
			if (layers.pick("rate-limit.permits", of(Settings.RateLimit::permits)) == null) {
				throw new InvalidSettingException(
						layers.source("rate-limit").replace("rate-limit", "rate-limit.permits"), "",
						"the number of calls that may be sent in the time");
			}
			int permits = layers.atLeast(1, "rate-limit.permits", of(Settings.RateLimit::permits), 0);
			return new RateLimit(permits,
					layers.check("rate-limit.per",
							layers.pick("rate-limit.per", of(Settings.RateLimit::per), Defaults.RATE_LIMIT_PER),
							(time) -> time.compareTo(Duration.ofMillis(1)) >= 0, "a duration of at least 1ms"),
					layers.atLeast(1, "rate-limit.burst", of(Settings.RateLimit::burst), permits),
					layers.notNegative("rate-limit.max-wait", of(Settings.RateLimit::maxWait), Duration.ZERO),
					layers.pick("rate-limit.shared", of(Settings.RateLimit::shared), false));
		}

		private static <T> Function<Settings, @Nullable T> of(Function<Settings.RateLimit, @Nullable T> value) {
			return (settings) -> (settings.rateLimit() != null) ? value.apply(settings.rateLimit()) : null;
		}

	}

	/**
	 * The retry budget.
	 *
	 * @param ratio retries for each ordinary call
	 * @param minPerSecond retries each second in any case
	 */
	public record Budget(Rate ratio, double minPerSecond) {

		static Budget decide(Layers layers) {
			return new Budget(
					layers.pick("retry.budget.ratio", (s) -> s.retry().budget().ratio(), Defaults.BUDGET_RATIO),
					layers.check("retry.budget.min-per-second",
							layers.pick("retry.budget.min-per-second", (s) -> s.retry().budget().minPerSecond(),
									Defaults.BUDGET_MIN_PER_SECOND),
							(n) -> n >= 0 && n <= 1_000_000, "a number from 0"));
		}

	}

}
