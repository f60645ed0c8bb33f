package dev.resilience.policy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import dev.resilience.DependencyType;
import org.jspecify.annotations.Nullable;

/**
 * What was decided for one operation.
 *
 * @param dependency the name of the dependency
 * @param operation the method, as {@code com.acme.PaymentClient.charge}
 * @param type the effective type
 * @param mode whether what is decided also happens to the calls
 * @param timeout bound of the whole call
 * @param attemptTimeout bound of one attempt, {@code null} for none of its own
 * @param slowCall a success that takes longer is slow
 * @param slowCallCounted whether the breaker counts slow calls
 * @param maxAttempts how often the call is made at most
 * @param backoff the wait between two attempts
 * @param idempotent whether it may be sent again after it may have been received
 * @param idempotencyKey whether its requests carry a key by which the partner recognises
 * repetitions
 * @param ignore exceptions that are answers
 * @param isolation the thread it runs on
 * @param queue how many fire-and-forget calls may wait
 * @param delivery how its calls are delivered if they are durable, {@code null} if they
 * are best-effort
 * @param fallback the fallback method, {@code null} for none
 * @param lastGood the last good value, {@code null} if off
 * @param sources where each value came from, by its key
 */
public record OperationPolicy(String dependency, String operation, DependencyType type, Mode mode, Duration timeout,
		@Nullable Duration attemptTimeout, Duration slowCall, boolean slowCallCounted, int maxAttempts, Backoff backoff,
		boolean idempotent, boolean idempotencyKey, List<Class<? extends Throwable>> ignore, Isolation isolation,
		int queue, @Nullable DeliveryPolicy delivery, @Nullable String fallback, @Nullable LastGood lastGood,
		Map<String, String> sources) {

	/**
	 * The last good value.
	 *
	 * @param maxAge how old a value may be that is served
	 * @param maxEntries how many values are kept in memory
	 * @param perUser whether each authenticated user has values of his own
	 * @param cache the Spring cache in which they are kept, {@code null} for the memory
	 */
	public record LastGood(Duration maxAge, int maxEntries, boolean perUser, @Nullable String cache) {

		// naming it as the fallback switches it on too
		static @Nullable LastGood decide(Layers layers) {
			if (layers.pick("last-good", Settings::lastGood) == null
					&& !PolicyResolver.LAST_GOOD.equals(layers.pick("fallback", Settings::fallback))) {
				return null;
			}
			String cache = layers.pick("last-good.cache", of(Settings.LastGood::cache));
			if (cache != null) {
				layers.check("last-good.cache", cache, (name) -> !name.isBlank(), "the name of a cache");
			}
			return new LastGood(
					layers.positive("last-good.max-age", of(Settings.LastGood::maxAge), Defaults.LAST_GOOD_MAX_AGE),
					layers.atLeast(1, "last-good.max-entries", of(Settings.LastGood::maxEntries),
							Defaults.LAST_GOOD_MAX_ENTRIES),
					layers.pick("last-good.per-user", of(Settings.LastGood::perUser), true), cache);
		}

		private static <T> Function<Settings, @Nullable T> of(Function<Settings.LastGood, @Nullable T> value) {
			return (settings) -> (settings.lastGood() != null) ? value.apply(settings.lastGood()) : null;
		}

	}

	/**
	 * The wait between two attempts.
	 *
	 * @param strategy how it grows
	 * @param initial the longest first wait
	 * @param multiplier by what it grows if it grows exponentially
	 * @param max the longest wait
	 * @param jitter the share that is random
	 */
	public record Backoff(BackoffStrategy strategy, Duration initial, double multiplier, Duration max, double jitter) {

		static Backoff betweenAttempts(Layers layers) {
			return decide(layers, "retry.backoff", (settings) -> settings.retry().backoff(),
					new Backoff(Defaults.BACKOFF_STRATEGY, Defaults.BACKOFF_INITIAL, Defaults.BACKOFF_MULTIPLIER,
							Defaults.BACKOFF_MAX, Defaults.BACKOFF_JITTER));
		}

		static Backoff betweenDeliveries(Layers layers) {
			return decide(layers, "delivery.backoff", Settings::deliveryBackoff,
					new Backoff(Defaults.BACKOFF_STRATEGY, Defaults.DELIVERY_BACKOFF_INITIAL,
							Defaults.BACKOFF_MULTIPLIER, Defaults.DELIVERY_BACKOFF_MAX,
							Defaults.DELIVERY_BACKOFF_JITTER));
		}

		private static Backoff decide(Layers layers, String key, Function<Settings, Settings.@Nullable Backoff> backoff,
				Backoff builtIn) {
			Duration initial = layers.notNegative(key + ".initial", of(backoff, Settings.Backoff::initial),
					builtIn.initial());
			Duration max = layers.notNegative(key + ".max", of(backoff, Settings.Backoff::max), builtIn.max());
			if (!layers.isBuiltIn(key + ".initial")) {
				layers.check(key + ".initial", initial, (wait) -> wait.compareTo(max) <= 0,
						"a duration up to that of '%s', which is %s".formatted(layers.source(key + ".max"), max));
			}
			return new Backoff(
					layers.pick(key + ".strategy", of(backoff, Settings.Backoff::strategy), builtIn.strategy()),
					initial,
					layers.check(key + ".multiplier",
							layers.pick(key + ".multiplier", of(backoff, Settings.Backoff::multiplier),
									builtIn.multiplier()),
							(n) -> n >= 1 && n <= 100, "a number from 1 to 100"),
					max,
					layers.check(key + ".jitter",
							layers.pick(key + ".jitter", of(backoff, Settings.Backoff::jitter), builtIn.jitter()),
							(n) -> n >= 0 && n <= 1, "a number from 0 to 1"));
		}

		private static <T> Function<Settings, @Nullable T> of(Function<Settings, Settings.@Nullable Backoff> backoff,
				Function<Settings.Backoff, @Nullable T> value) {
			return (settings) -> {
				Settings.Backoff own = backoff.apply(settings);
				return (own != null) ? value.apply(own) : null;
			};
		}

	}

}
