package dev.resilience.policy;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

import dev.resilience.DependencyType;
import org.jspecify.annotations.Nullable;

/**
 * Decides the policy of dependencies and operations. Highest wins: the operation's
 * properties, the dependency's, the annotation, the type's properties, the built-in
 * default.
 */
public final class PolicyResolver {

	/** As a fallback: the last good value. */
	public static final String LAST_GOOD = "last-good";

	private static final Pattern METHOD = Pattern.compile("([\\w.$-]+#)?[A-Za-z_$][\\w$]*");

	private static final String DEPENDENCIES = "resilience.dependencies.";

	private final Map<DependencyType, Settings> types;

	private final Map<String, Settings> dependencies;

	/**
	 * Create a new resolver.
	 * @param types settings for each type
	 * @param dependencies settings for each dependency, by its name
	 */
	public PolicyResolver(Map<DependencyType, Settings> types, Map<String, Settings> dependencies) {
		this.types = types;
		this.dependencies = dependencies;
		types.forEach((type, settings) -> refuse(settings.misplacedInType(), (key) -> typeOrigin(type).apply(key),
				"no value here: it is said of a single dependency"));
		dependencies.forEach((name, settings) -> settings.operationsOrNone()
			.forEach((method, own) -> refuse(own.misplacedInOperation(),
					(key) -> DEPENDENCIES + name + ".operations." + method + "." + key,
					"no value here: it is said of the dependency as a whole, under '" + DEPENDENCIES + name + "'")));
	}

	private static void refuse(Map.@Nullable Entry<String, Object> misplaced, Function<String, String> origin,
			String allowed) {
		if (misplaced != null) {
			boolean group = misplaced.getValue() instanceof Record || misplaced.getValue() instanceof Map;
			throw new InvalidSettingException(origin.apply(misplaced.getKey()),
					group ? "(several keys)" : misplaced.getValue(), allowed);
		}
	}

	/**
	 * Refuse settings of operations that do not exist: they are misspelt.
	 * @param dependency the name of the dependency
	 * @param methods its annotated methods, by their names
	 * @throws InvalidSettingException if there are such settings
	 */
	public void refuseUnknownOperations(String dependency, Collection<String> methods) {
		settings(dependency).operationsOrNone().keySet().forEach((method) -> {
			if (!methods.contains(method)) {
				throw new InvalidSettingException(DEPENDENCIES + dependency + ".operations", method,
						"the name of an annotated method, of which there are " + methods);
			}
		});
	}

	/**
	 * The dependencies that stand in the properties.
	 * @return their settings by name
	 */
	public Map<String, Settings> configured() {
		return this.dependencies;
	}

	/**
	 * The type that the properties give an operation.
	 * @param dependency the name of the dependency
	 * @param method the name of the method; {@code null} for the dependency as a whole
	 * @return the type, {@code null} if they give none
	 */
	public @Nullable DependencyType configuredType(String dependency, @Nullable String method) {
		Settings settings = settings(dependency);
		DependencyType type = (method != null) ? settings.operation(method).type() : null;
		if (type == null) {
			type = settings.type();
		}
		return (type != DependencyType.UNCLASSIFIED) ? type : null;
	}

	/**
	 * Decide the policy of an operation.
	 * @param dependency the name of the dependency
	 * @param method the name of the method as {@code operations.<method>} has it
	 * @param operation the full name of the operation
	 * @param type the effective type
	 * @param annotation what the annotation says
	 * @param annotationOrigin names an attribute of the annotation and where it stands
	 * @return the policy
	 * @throws InvalidSettingException if a value makes no sense
	 */
	public OperationPolicy operation(String dependency, String method, String operation, DependencyType type,
			Settings annotation, Function<String, String> annotationOrigin) {
		Settings own = settings(dependency);
		Layers layers = new Layers()
			.with(own.operation(method), (key) -> DEPENDENCIES + dependency + ".operations." + method + "." + key)
			.with(own, (key) -> DEPENDENCIES + dependency + "." + key)
			.with(annotation, annotationOrigin)
			.with(this.types.getOrDefault(type, Settings.NONE), typeOrigin(type));
		layers.pick("type", Settings::type);
		Duration timeout = layers.positive("timeout", Settings::timeout, Defaults.timeout(type));
		Duration attemptTimeout = layers.positive("attempt-timeout", Settings::attemptTimeout);
		Duration slowCall = layers.positive("slow-call", Settings::slowCall);
		String fallback = layers.pick("fallback", (settings) -> fallbackMethod(settings.fallback()));
		return new OperationPolicy(dependency, operation, type, timeout, attemptTimeout,
				(slowCall != null) ? slowCall : timeout.dividedBy(2), slowCall != null,
				layers.atLeast(1, "retry.max-attempts", (s) -> s.retry().maxAttempts(), Defaults.maxAttempts(type)),
				backoff(layers), layers.pick("idempotent", Settings::idempotent, false), ignore(layers),
				layers.pick("isolation", Settings::isolation, Isolation.AUTO),
				layers.atLeast(1, "queue", Settings::queue, Defaults.QUEUE),
				layers.pick("delivery", Settings::delivery, Delivery.BEST_EFFORT), fallback, lastGood(layers),
				layers.sources());
	}

	/**
	 * Decide the policy of a dependency.
	 * @param name the name of the dependency
	 * @param type the most critical type of its operations
	 * @param operations its operations; may be empty
	 * @return the policy
	 * @throws InvalidSettingException if a value makes no sense
	 */
	public DependencyPolicy dependency(String name, DependencyType type, Collection<OperationPolicy> operations) {
		Settings own = settings(name);
		Layers layers = new Layers().with(own, (key) -> DEPENDENCIES + name + "." + key)
			.with(this.types.getOrDefault(type, Settings.NONE), typeOrigin(type));
		Duration timeout = layers.positive("timeout", Settings::timeout, Defaults.timeout(type));
		int maxAttempts = layers.atLeast(1, "retry.max-attempts", (s) -> s.retry().maxAttempts(),
				Defaults.maxAttempts(type));
		String fallback = layers.pick("fallback", Settings::fallback);
		DependencyPolicy.Breaker breaker = breaker(layers);
		DependencyPolicy.Bulkhead bulkhead = new DependencyPolicy.Bulkhead(
				layers.atLeast(1, "bulkhead.max-concurrent", (s) -> s.bulkhead().maxConcurrent(),
						Defaults.MAX_CONCURRENT),
				layers.notNegative("bulkhead.max-wait", (s) -> s.bulkhead().maxWait(), Defaults.maxWait(type)));
		DependencyPolicy.Budget budget = new DependencyPolicy.Budget(
				layers.pick("retry.budget.ratio", (s) -> s.retry().budget().ratio(), Defaults.BUDGET_RATIO),
				layers.check(
						"retry.budget.min-per-second", layers.pick("retry.budget.min-per-second",
								(s) -> s.retry().budget().minPerSecond(), Defaults.BUDGET_MIN_PER_SECOND),
						(n) -> n >= 0 && n <= 1_000_000, "a number from 0"));
		Duration interval = layers.check("health-check-interval",
				layers.pick("health-check-interval", Settings::healthCheckInterval, Defaults.HEALTH_CHECK_INTERVAL),
				(d) -> d.compareTo(Duration.ofSeconds(1)) >= 0, "a duration of at least 1s");
		SwitchPosition position = layers.pick("switch", Settings::position, SwitchPosition.AUTO);
		Settings.RateLimit rateLimit = rateLimit(layers);
		Duration maxPause = layers.notNegative("max-pause", Settings::maxPause, Defaults.MAX_PAUSE);
		Map<String, String> sources = new TreeMap<>(layers.sources());
		OperationPolicy longest = operations.stream().max(Comparator.comparing(OperationPolicy::timeout)).orElse(null);
		if (longest != null) {
			timeout = longest.timeout();
			sources.put("timeout", longest.sources().getOrDefault("timeout", ""));
			OperationPolicy most = Collections.max(operations, Comparator.comparing(OperationPolicy::maxAttempts));
			maxAttempts = most.maxAttempts();
			sources.put("retry.max-attempts", most.sources().getOrDefault("retry.max-attempts", ""));
			for (OperationPolicy operation : operations) {
				if (operation.type() == type && operation.sources().containsKey("type")) {
					sources.putIfAbsent("type", operation.sources().get("type"));
				}
			}
			for (OperationPolicy operation : operations) {
				operation.sources().forEach(sources::putIfAbsent);
			}
		}
		return new DependencyPolicy(name, type, own.description(), fallback, timeout, maxAttempts, healthCheck(layers),
				interval, position, breaker, bulkhead, budget, rateLimit, maxPause, sources);
	}

	private static @Nullable URI healthCheck(Layers layers) {
		String text = layers.pick("health-check", Settings::healthCheck);
		if (text == null) {
			return null;
		}
		try {
			URI url = new URI(text);
			if (url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
				return url;
			}
		}
		catch (URISyntaxException ex) {
			// told below
		}
		throw new InvalidSettingException(layers.source("health-check"), text.replaceFirst("//[^/@]*@", "//***@"),
				"an http or https URL with a host, such as https://payments.internal/health");
	}

	/**
	 * The fallback method that a setting names.
	 * @param fallback the setting: an identifier, {@code bean#method}, or words
	 * @return the method, {@code null} if the setting is words or absent
	 */
	public static @Nullable String fallbackMethod(@Nullable String fallback) {
		return (fallback != null && METHOD.matcher(fallback).matches()) ? fallback : null;
	}

	private static Settings.@Nullable LastGood lastGood(Layers layers) {
		Settings.LastGood lastGood = layers.pick("last-good", Settings::lastGood);
		if (lastGood != null) {
			layers.check("last-good", lastGood,
					(good) -> good.maxAge().compareTo(Duration.ofMillis(1)) >= 0 && good.maxEntries() >= 1,
					"a max-age of at least 1ms and max-entries from 1");
		}
		// naming it as the fallback switches it on, unless it is configured besides
		return (lastGood == null && LAST_GOOD.equals(layers.pick("fallback", Settings::fallback)))
				? Settings.LastGood.DEFAULT : lastGood;
	}

	private static List<Class<? extends Throwable>> ignore(Layers layers) {
		List<Class<? extends Throwable>> ignore = layers.pick("ignore", Settings::ignore, List.of());
		// bound from text, where generics do not hold
		for (Class<?> type : ignore) {
			layers.check("ignore", type, Throwable.class::isAssignableFrom, "a list of exception classes");
		}
		return List.copyOf(ignore);
	}

	private static OperationPolicy.Backoff backoff(Layers layers) {
		return new OperationPolicy.Backoff(
				layers.notNegative("retry.backoff.initial", (s) -> s.retry().backoff().initial(),
						Defaults.BACKOFF_INITIAL),
				layers.check("retry.backoff.multiplier",
						layers.pick("retry.backoff.multiplier", (s) -> s.retry().backoff().multiplier(),
								Defaults.BACKOFF_MULTIPLIER),
						(n) -> n >= 1 && n <= 100, "a number from 1 to 100"),
				layers.notNegative("retry.backoff.max", (s) -> s.retry().backoff().max(), Defaults.BACKOFF_MAX),
				layers.check("retry.backoff.jitter", layers.pick("retry.backoff.jitter",
						(s) -> s.retry().backoff().jitter(), Defaults.BACKOFF_JITTER), (n) -> n >= 0 && n <= 1,
						"a number from 0 to 1"));
	}

	private static DependencyPolicy.Breaker breaker(Layers layers) {
		return new DependencyPolicy.Breaker(layers.pick("breaker.enabled", (s) -> s.breaker().enabled(), true),
				layers.pick("breaker.failure-rate", (s) -> s.breaker().failureRate(), Defaults.BREAKER_FAILURE_RATE),
				layers.pick("breaker.slow-rate", (s) -> s.breaker().slowRate(), Defaults.BREAKER_SLOW_RATE),
				layers.pick("breaker.window", (s) -> s.breaker().window(), Defaults.BREAKER_WINDOW),
				layers.atLeast(1, "breaker.min-calls", (s) -> s.breaker().minCalls(), Defaults.BREAKER_MIN_CALLS),
				layers.positive("breaker.open-for", (s) -> s.breaker().openFor(), Defaults.BREAKER_OPEN_FOR),
				layers.atLeast(1, "breaker.probes", (s) -> s.breaker().probes(), Defaults.BREAKER_PROBES));
	}

	private static Settings.@Nullable RateLimit rateLimit(Layers layers) {
		Settings.RateLimit limit = layers.pick("rate-limit", Settings::rateLimit);
		if (limit != null) {
			if (limit.shared()) {
				throw new InvalidSettingException(layers.source("rate-limit") + ".shared", true,
						"false; this version has no shared limits");
			}
			layers.check("rate-limit", limit,
					(l) -> l.permits() >= 1 && l.per().compareTo(Duration.ofMillis(1)) >= 0
							&& (l.burst() == null || l.burst() >= 1),
					"permits and burst from 1 and 'per' of at least 1ms, for example permits: 100, per: 1s");
		}
		return limit;
	}

	private Settings settings(String dependency) {
		return this.dependencies.getOrDefault(dependency, Settings.NONE);
	}

	private static Function<String, String> typeOrigin(DependencyType type) {
		return (key) -> "resilience.types." + type.name().toLowerCase(Locale.ROOT) + "." + key;
	}

}
