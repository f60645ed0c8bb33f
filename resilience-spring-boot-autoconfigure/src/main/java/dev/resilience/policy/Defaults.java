package dev.resilience.policy;

import java.time.Duration;

import dev.resilience.DependencyType;

/**
 * The built-in defaults, all in one place.
 */
final class Defaults {

	static final BackoffStrategy BACKOFF_STRATEGY = BackoffStrategy.EXPONENTIAL;

	static final Duration BACKOFF_INITIAL = Duration.ofMillis(200);

	static final double BACKOFF_MULTIPLIER = 2;

	static final Duration BACKOFF_MAX = Duration.ofSeconds(5);

	static final double BACKOFF_JITTER = 1.0;

	static final int DELIVERY_MAX_ATTEMPTS = 20;

	static final Duration DELIVERY_MAX_AGE = Duration.ofHours(24);

	static final Duration DELIVERY_BACKOFF_INITIAL = Duration.ofSeconds(1);

	static final Duration DELIVERY_BACKOFF_MAX = Duration.ofHours(1);

	static final double DELIVERY_BACKOFF_JITTER = 0.5;

	static final Rate BUDGET_RATIO = new Rate(0.2);

	static final double BUDGET_MIN_PER_SECOND = 1;

	static final Rate BREAKER_FAILURE_RATE = new Rate(0.5);

	static final Rate BREAKER_SLOW_RATE = new Rate(0.8);

	static final Window BREAKER_WINDOW = new Window(Duration.ofSeconds(20), 0);

	static final int BREAKER_MIN_CALLS = 10;

	static final Duration BREAKER_OPEN_FOR = Duration.ofSeconds(10);

	static final int BREAKER_PROBES = 3;

	static final int MAX_CONCURRENT = 25;

	static final int QUEUE = 1000;

	static final Duration RATE_LIMIT_PER = Duration.ofSeconds(1);

	static final Duration LAST_GOOD_MAX_AGE = Duration.ofMinutes(10);

	static final int LAST_GOOD_MAX_ENTRIES = 1000;

	static final Duration HEALTH_CHECK_INTERVAL = Duration.ofSeconds(30);

	static final Duration MAX_PAUSE = Duration.ofMinutes(1);

	private Defaults() {
	}

	static Duration timeout(DependencyType type) {
		return Duration.ofSeconds(switch (type) {
			case CRITICAL, UNCLASSIFIED -> 10;
			case DEGRADED -> 2;
			case OPTIONAL -> 3;
		});
	}

	static int maxAttempts(DependencyType type) {
		return switch (type) {
			case CRITICAL, UNCLASSIFIED -> 3;
			case DEGRADED -> 2;
			case OPTIONAL -> 1;
		};
	}

	static Duration maxWait(DependencyType type) {
		return (type == DependencyType.CRITICAL) ? Duration.ofMillis(250) : Duration.ZERO;
	}

}
