package dev.resilience.autoconfigure;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Pattern;

import dev.resilience.DependencyType;
import dev.resilience.diagnosis.Thresholds;
import dev.resilience.policy.InvalidSettingException;
import dev.resilience.policy.Rate;
import dev.resilience.policy.SchemaInitialization;
import dev.resilience.policy.SelfInvocation;
import dev.resilience.policy.Settings;
import dev.resilience.policy.Weaving;
import dev.resilience.web.DeadlineHeader;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.unit.DataSize;

/**
 * Everything under {@code resilience}. A misspelt key is refused, not ignored.
 *
 * @param enabled whether dependencies are guarded at all.
 * @param allowUnknown whether work may be handed in for dependencies that nobody has
 * configured: they are critical.
 * @param maxUnknown how many of those may live at once; the one that was not called for
 * the longest time makes room.
 * @param types defaults for all dependencies of a type.
 * @param dependencies settings of dependencies, by their names.
 * @param health how failing dependencies show in the application's health.
 * @param web what callers over HTTP see of failed dependencies.
 * @param deadline how the time that is left travels over HTTP.
 * @param rateLimit rate limits that instances share.
 * @param quarantine corrupt responses that are kept for investigation.
 * @param warnings what is worth a warning.
 * @param delivery where durable calls are stored, and how they are delivered.
 * @param selfInvocation what happens when a bean calls a guarded method of its own, which
 * its proxy does not see.
 * @param weaving what guards the calls that proxies do not see.
 */
@ConfigurationProperties(prefix = "resilience", ignoreUnknownFields = false)
record ResilienceProperties(@DefaultValue("true") boolean enabled, @DefaultValue("false") boolean allowUnknown,
		@DefaultValue("100") int maxUnknown, @DefaultValue Types types,
		@DefaultValue Map<String, Settings> dependencies, @DefaultValue Health health, @DefaultValue Web web,
		@DefaultValue Deadline deadline, @DefaultValue RateLimit rateLimit, @DefaultValue Quarantine quarantine,
		@DefaultValue Warnings warnings, @DefaultValue Delivery delivery,
		@DefaultValue("warn") SelfInvocation selfInvocation, @DefaultValue("none") Weaving weaving) {

	ResilienceProperties {
		check("max-unknown", maxUnknown, maxUnknown >= 1, "a whole number from 1");
	}

	Map<DependencyType, Settings> settingsByType() {
		Map<DependencyType, Settings> settings = new EnumMap<>(DependencyType.class);
		put(settings, DependencyType.CRITICAL, this.types.critical());
		put(settings, DependencyType.DEGRADED, this.types.degraded());
		put(settings, DependencyType.OPTIONAL, this.types.optional());
		return settings;
	}

	private static void put(Map<DependencyType, Settings> settings, DependencyType type, @Nullable Settings own) {
		if (own != null) {
			settings.put(type, own);
		}
	}

	private static void check(String key, @Nullable Object value, boolean valid, String allowed) {
		if (!valid) {
			throw new InvalidSettingException("resilience." + key, String.valueOf(value), allowed);
		}
	}

	/**
	 * Defaults for all dependencies of a type.
	 *
	 * @param critical defaults for critical dependencies.
	 * @param degraded defaults for degraded dependencies.
	 * @param optional defaults for optional dependencies.
	 */
	record Types(@NestedConfigurationProperty @Nullable Settings critical,
			@NestedConfigurationProperty @Nullable Settings degraded,
			@NestedConfigurationProperty @Nullable Settings optional) {
	}

	/**
	 * How failing dependencies show in the application's health.
	 *
	 * @param degradedStatus status to report while a dependency is failing, for example
	 * DEGRADED. Default: UP, because an outage of somebody else's system must not take
	 * this instance out of rotation.
	 * @param failOnCritical whether a failing critical dependency makes the health DOWN.
	 */
	record Health(@Nullable String degradedStatus, @DefaultValue("false") boolean failOnCritical) {
	}

	/**
	 * What callers over HTTP see of failed dependencies.
	 *
	 * @param problemDetails whether an uncaught failure of a critical dependency becomes
	 * problem details (502, 503 or 504).
	 * @param exposeNames whether responses name the failed dependencies.
	 */
	record Web(@DefaultValue("true") boolean problemDetails, @DefaultValue("false") boolean exposeNames) {
	}

	/**
	 * How the time that is left travels over HTTP: with requests that come in, and with
	 * those that guarded calls send.
	 *
	 * @param header name of the request header with the milliseconds that are left, for
	 * example X-Request-Timeout. Unset: neither read nor sent.
	 * @param inbound whether guarded calls end when the caller of the present request has
	 * said that he gives up. Never enlarges their own timeouts.
	 * @param outbound whether requests of guarded calls say how much time is left.
	 * @param margin what is taken off for the way back.
	 */
	record Deadline(@Nullable String header, @DefaultValue("true") boolean inbound,
			@DefaultValue("true") boolean outbound, @DefaultValue("50ms") Duration margin) {

		private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

		Deadline {
			check("deadline.header", header, header == null || NAME.matcher(header).matches(),
					"the name of a header, for example X-Request-Timeout");
			check("deadline.margin", margin, !margin.isNegative(), "a duration from 0, for example '50ms'");
		}

		/** The header of requests that come in; only where it is configured. */
		DeadlineHeader inboundHeader() {
			Assert.state(this.header != null, "No header is configured");
			return new DeadlineHeader(this.header, System::nanoTime);
		}

	}

	/**
	 * Rate limits that instances share.
	 *
	 * @param instances how many instances share a limit: while the shared store does not
	 * answer, each keeps to its part.
	 * @param timeout how long a call waits for the answer of the shared store.
	 */
	record RateLimit(@DefaultValue("1") int instances, @DefaultValue("100ms") Duration timeout) {

		RateLimit {
			check("rate-limit.instances", instances, instances >= 1, "a whole number from 1");
			check("rate-limit.timeout", timeout, timeout.toMillis() >= 1, "a duration of at least 1ms");
		}

	}

	/**
	 * Corrupt responses that are kept for investigation.
	 *
	 * @param enabled whether any are kept.
	 * @param maxResponses how many are kept of a dependency, the last ones.
	 * @param maxBody how much of a body is kept.
	 */
	record Quarantine(@DefaultValue("false") boolean enabled, @DefaultValue("5") int maxResponses,
			@DefaultValue("4KB") DataSize maxBody) {

		Quarantine {
			check("quarantine.max-responses", maxResponses, maxResponses >= 1, "a whole number from 1");
			check("quarantine.max-body", maxBody,
					maxBody.toBytes() >= 1 && maxBody.compareTo(DataSize.ofMegabytes(16)) <= 0,
					"a size from 1B to 16MB, for example 4KB");
		}

	}

	/**
	 * What is worth a warning. All of it must also be beyond what chance explains.
	 *
	 * @param errorRise share of the calls that has to fail more than usual.
	 * @param latencyFactor by how much calls have to be slower than usual.
	 * @param throughputDrop share of the usual calls that has to be missing.
	 * @param saturation share of the bulkhead or connection pool that has to be in use.
	 * @param surprise how improbable it has to be that calm traffic looks like this, as
	 * the natural logarithm of one to so many: less warns sooner and more often for
	 * nothing.
	 */
	record Warnings(@DefaultValue("5%") Rate errorRise, @DefaultValue("1.5") double latencyFactor,
			@DefaultValue("50%") Rate throughputDrop, @DefaultValue("80%") Rate saturation,
			@DefaultValue("25") double surprise) {

		Warnings {
			check("warnings.latency-factor", latencyFactor, latencyFactor > 1, "a number above 1, for example 1.5");
			check("warnings.surprise", surprise, surprise >= 5, "a number from 5");
		}

		Thresholds thresholds() {
			return new Thresholds(this.errorRise.value(), this.latencyFactor, this.throughputDrop.value(),
					this.saturation.value(), this.surprise);
		}

	}

	/**
	 * Where durable calls are stored, and how they are delivered.
	 *
	 * @param dataSource name of the DataSource bean in whose database they are stored.
	 * Default: the application's only or primary one.
	 * @param directory directory of the embedded H2 database in which they are stored if
	 * the application has no DataSource. Instances on one machine may share it.
	 * @param initializeSchema when we make the tables ourselves: embedded (in an H2
	 * database in a file or in memory), always or never. Flyway or Liquibase make them if
	 * the application uses one of them, unless it is never.
	 * @param maxPayload how much may be stored of a call.
	 * @param pollInterval how often an instance looks for calls that are due.
	 * @param heartbeat how often an instance says that it lives; the calls that it has in
	 * hand are taken over when it has missed four times.
	 */
	record Delivery(@Nullable String dataSource, @DefaultValue("resilience-delivery") String directory,
			@DefaultValue("embedded") SchemaInitialization initializeSchema, @DefaultValue("256KB") DataSize maxPayload,
			@DefaultValue("1s") Duration pollInterval, @DefaultValue("5s") Duration heartbeat) {

		Delivery {
			check("delivery.directory", directory, !directory.isBlank() && directory.indexOf(';') < 0,
					"the name of a directory, without a semicolon");
			check("delivery.max-payload", maxPayload,
					maxPayload.toBytes() >= 1024 && maxPayload.compareTo(DataSize.ofMegabytes(1)) <= 0,
					"a size from 1KB to 1MB, for example 256KB");
			check("delivery.poll-interval", pollInterval,
					pollInterval.toMillis() >= 10 && pollInterval.compareTo(Duration.ofMinutes(1)) <= 0,
					"a duration from 10ms to 1m");
			check("delivery.heartbeat", heartbeat,
					heartbeat.toMillis() >= 100 && heartbeat.compareTo(Duration.ofMinutes(5)) <= 0,
					"a duration from 100ms to 5m");
		}

	}

}
