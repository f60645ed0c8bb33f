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
import java.util.stream.Stream;

import dev.resilience.DependencyType;
import dev.resilience.SwitchPosition;
import org.jspecify.annotations.Nullable;

/**
 * Decides the policy of dependencies and operations. Highest wins: what was changed at
 * run time, the operation's properties, the dependency's, the annotation, the type's
 * properties, the built-in default.
 */
public final class PolicyResolver {

	/** As a fallback: the last good value. */
	public static final String LAST_GOOD = "last-good";

	private static final Pattern METHOD = Pattern.compile("([\\w.$-]+#)?[A-Za-z_$][\\w$]*");

	private static final String DEPENDENCIES = "resilience.dependencies.";

	private static final String CHANGED = ", changed at run time";

	private final Map<DependencyType, Settings> types;

	private final Map<String, Settings> dependencies;

	private final Map<String, Settings> changes;

	/**
	 * Create a new resolver.
	 * @param types settings for each type
	 * @param dependencies settings for each dependency, by its name
	 */
	public PolicyResolver(Map<DependencyType, Settings> types, Map<String, Settings> dependencies) {
		this(types, dependencies, Map.of());
	}

	/**
	 * Create a new resolver.
	 * @param types settings for each type
	 * @param dependencies settings for each dependency, by its name
	 * @param changes what was changed at run time for a dependency, by its name
	 */
	public PolicyResolver(Map<DependencyType, Settings> types, Map<String, Settings> dependencies,
			Map<String, Settings> changes) {
		this.types = types;
		this.dependencies = dependencies;
		this.changes = changes;
		types.forEach((type, settings) -> refuse(settings.misplacedInType(), (key) -> typeOrigin(type).apply(key),
				"no value here: it is said of a single dependency"));
		dependencies.forEach(PolicyResolver::refuseMisplaced);
		changes.forEach(PolicyResolver::refuseMisplaced);
	}

	private static void refuseMisplaced(String name, Settings settings) {
		settings.operationsOrNone()
			.forEach((method, own) -> refuse(own.misplacedInOperation(),
					(key) -> DEPENDENCIES + name + ".operations." + method + "." + key,
					"no value here: it is said of the dependency as a whole, under '" + DEPENDENCIES + name + "'"));
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
		Stream.of(changes(dependency), settings(dependency))
			.flatMap((settings) -> settings.operationsOrNone().keySet().stream())
			.forEach((method) -> {
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
	 * Where a dependency as a whole is said to be durable.
	 * @param dependency the name of the dependency
	 * @return the key, {@code null} if it is not; a default of its type is no demand
	 */
	public @Nullable String durable(String dependency) {
		Layers layers = new Layers().with(changes(dependency), (key) -> key + CHANGED)
			.with(settings(dependency), (key) -> DEPENDENCIES + dependency + "." + key);
		return (mode(layers) == Mode.ENFORCE && DeliveryPolicy.decide(layers) != null)
				? layers.source(DeliveryPolicy.KEY) : null;
	}

	/**
	 * The type that the properties give an operation.
	 * @param dependency the name of the dependency
	 * @param method the name of the method; {@code null} for the dependency as a whole
	 * @return the type, {@code null} if they give none
	 */
	public @Nullable DependencyType configuredType(String dependency, @Nullable String method) {
		DependencyType type = type(changes(dependency), method);
		if (type == null) {
			type = type(settings(dependency), method);
		}
		return (type != DependencyType.UNCLASSIFIED) ? type : null;
	}

	private static @Nullable DependencyType type(Settings settings, @Nullable String method) {
		DependencyType type = (method != null) ? settings.operation(method).type() : null;
		return (type != null) ? type : settings.type();
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
		Settings changes = changes(dependency);
		Settings own = settings(dependency);
		Layers layers = new Layers()
			.with(changes.operation(method), (key) -> "operations." + method + "." + key + CHANGED)
			.with(changes, (key) -> key + CHANGED)
			.with(own.operation(method), (key) -> DEPENDENCIES + dependency + ".operations." + method + "." + key)
			.with(own, (key) -> DEPENDENCIES + dependency + "." + key)
			.with(annotation, annotationOrigin)
			.with(this.types.getOrDefault(type, Settings.NONE), typeOrigin(type));
		layers.pick("type", Settings::type);
		Duration timeout = layers.positive("timeout", Settings::timeout, Defaults.timeout(type));
		Duration attemptTimeout = layers.positive("attempt-timeout", Settings::attemptTimeout);
		Duration slowCall = layers.positive("slow-call", Settings::slowCall);
		String fallback = layers.pick("fallback", (settings) -> fallbackMethod(settings.fallback()));
		return new OperationPolicy(dependency, operation, type, mode(layers), timeout, attemptTimeout,
				(slowCall != null) ? slowCall : timeout.dividedBy(2), slowCall != null, maxAttempts(layers, type),
				OperationPolicy.Backoff.betweenAttempts(layers), layers.pick("idempotent", Settings::idempotent, false),
				layers.pick("idempotency-key", Settings::idempotencyKey, false), ignore(layers),
				layers.pick("isolation", Settings::isolation, Isolation.AUTO),
				layers.atLeast(1, "queue", Settings::queue, Defaults.QUEUE), DeliveryPolicy.decide(layers), fallback,
				OperationPolicy.LastGood.decide(layers), layers.sources());
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
		Layers layers = new Layers().with(changes(name), (key) -> key + CHANGED)
			.with(settings(name), (key) -> DEPENDENCIES + name + "." + key)
			.with(this.types.getOrDefault(type, Settings.NONE), typeOrigin(type));
		Duration timeout = layers.positive("timeout", Settings::timeout, Defaults.timeout(type));
		int maxAttempts = maxAttempts(layers, type);
		String description = layers.pick("description", Settings::description);
		String fallback = layers.pick("fallback", Settings::fallback);
		URI healthCheck = url(layers, "health-check", Settings::healthCheck, "https://payments.internal/health");
		Rate availability = layers.pick("availability", Settings::availability);
		String dataSource = layers.pick("data-source", Settings::dataSource);
		URI map = url(layers, "map", Settings::map, "https://payments.internal/actuator/integrations");
		DependencyPolicy.Breaker breaker = DependencyPolicy.Breaker.decide(layers);
		DependencyPolicy.Bulkhead bulkhead = DependencyPolicy.Bulkhead.decide(layers, type);
		DependencyPolicy.Budget budget = DependencyPolicy.Budget.decide(layers);
		Duration interval = layers.check("health-check-interval",
				layers.pick("health-check-interval", Settings::healthCheckInterval, Defaults.HEALTH_CHECK_INTERVAL),
				(d) -> d.compareTo(Duration.ofSeconds(1)) >= 0, "a duration of at least 1s");
		Mode mode = mode(layers);
		SwitchPosition position = layers.check("switch", layers.pick("switch", Settings::position, SwitchPosition.AUTO),
				(wanted) -> mode == Mode.ENFORCE || wanted == SwitchPosition.AUTO,
				"auto, because mode observe enforces no switch");
		DependencyPolicy.RateLimit rateLimit = DependencyPolicy.RateLimit.decide(layers);
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
		return new DependencyPolicy(name, type, description, fallback, timeout, maxAttempts, healthCheck, interval,
				availability, dataSource, map, position, mode, breaker, bulkhead, budget, rateLimit, maxPause, sources);
	}

	/**
	 * The fallback method that a setting names.
	 * @param fallback the setting: an identifier, {@code bean#method}, or words
	 * @return the method, {@code null} if the setting is words or absent
	 */
	public static @Nullable String fallbackMethod(@Nullable String fallback) {
		return (fallback != null && METHOD.matcher(fallback).matches()) ? fallback : null;
	}

	private static Mode mode(Layers layers) {
		return layers.pick("mode", Settings::mode, Mode.ENFORCE);
	}

	private static int maxAttempts(Layers layers, DependencyType type) {
		return layers.check("retry.max-attempts",
				layers.pick("retry.max-attempts", (s) -> s.retry().maxAttempts(), Defaults.maxAttempts(type)),
				(n) -> n >= 1 && n <= 1000, "a whole number from 1 to 1000");
	}

	private static List<Class<? extends Throwable>> ignore(Layers layers) {
		List<Class<? extends Throwable>> ignore = layers.pick("ignore", Settings::ignore, List.of());
		// bound from text, where generics do not hold
		for (Class<?> type : ignore) {
			layers.check("ignore", type, Throwable.class::isAssignableFrom, "a list of exception classes");
		}
		return List.copyOf(ignore);
	}

	private static @Nullable URI url(Layers layers, String key, Function<Settings, @Nullable String> value,
			String example) {
		String text = layers.pick(key, value);
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
		throw new InvalidSettingException(layers.source(key), withoutSecrets(text),
				"an http or https URL with a host, such as " + example);
	}

	// of what is no URL, nobody knows where its credentials end
	private static String withoutSecrets(String text) {
		return text.replaceFirst("^([\\w+.-]+://)?.*@", "$1***@").replaceFirst("\\?.*", "?***");
	}

	private Settings settings(String dependency) {
		return this.dependencies.getOrDefault(dependency, Settings.NONE);
	}

	private Settings changes(String dependency) {
		return this.changes.getOrDefault(dependency, Settings.NONE);
	}

	private static Function<String, String> typeOrigin(DependencyType type) {
		return (key) -> "resilience.types." + type.name().toLowerCase(Locale.ROOT) + "." + key;
	}

}
