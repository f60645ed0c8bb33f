package dev.resilience.registry;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.resilience.BreakerState;
import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import dev.resilience.SwitchPosition;
import dev.resilience.policy.Mode;
import dev.resilience.signal.Latency;
import org.jspecify.annotations.Nullable;

/**
 * One dependency on the map.
 *
 * @param type the most critical type of its operations
 * @param description what it does
 * @param mode whether what is decided also happens to its calls
 * @param status how it is
 * @param failing whether its breaker is not closed, or its last calls all failed
 * @param timeout the timeout of its operations, the longest if they differ
 * @param fallback its way out
 * @param healthCheck the last answer to its health check
 * @param control its switch
 * @param breaker its breaker
 * @param bulkhead its bulkhead
 * @param pool its connection pool, {@code null} if it is called through none that is
 * known
 * @param retry its retries
 * @param pausedFor for how long it is paused because it asked for it
 * @param pausedUntil until when
 * @param quarantined how many corrupt responses are kept, {@code null} if none are
 * @param availability how available it is
 * @param signals its golden signals
 * @param failures how its calls failed since the start
 * @param warnings what somebody should look at
 * @param operations its operations
 * @param delivery its durable calls, {@code null} if it has no durable operation
 * @param map what its own map says, {@code null} if that is not followed
 * @param sources where each value of its policy came from
 */
public record DependencyDescriptor(DependencyType type, @Nullable String description, Mode mode, Status status,
		boolean failing, String timeout, @Nullable Fallback fallback, @Nullable HealthCheck healthCheck,
		@JsonProperty("switch") Switch control, Breaker breaker, Bulkhead bulkhead, @Nullable Pool pool, Retry retry,
		@Nullable String pausedFor, @Nullable String pausedUntil, @Nullable Integer quarantined,
		Availability availability, Signals signals, Map<FailureKind, Long> failures, List<Warning> warnings,
		List<Operation> operations, @Nullable Delivery delivery, @Nullable PartnerMap map,
		Map<String, String> sources) {

	/**
	 * The way out.
	 *
	 * @param description the way out in words, or the method
	 */
	public record Fallback(String description) {
	}

	/**
	 * The last answer to the health check.
	 *
	 * @param url where it was asked, without credentials
	 * @param status how it was
	 * @param checkedAt when it was asked, {@code null} if not yet
	 */
	public record HealthCheck(String url, Status status, @Nullable String checkedAt) {
	}

	/**
	 * The switch.
	 *
	 * @param position its position
	 * @param scope for whom it holds
	 * @param reason why it was thrown
	 * @param remaining the time until it returns by itself
	 */
	public record Switch(SwitchPosition position, String scope, @Nullable String reason, @Nullable String remaining) {
	}

	/**
	 * The breaker.
	 *
	 * @param state its state
	 * @param failureRate share of the calls in its window that failed
	 * @param slowRate share of the calls in its window that were slow
	 * @param calls calls in its window
	 * @param refused calls that it has refused since the start
	 * @param retryAfter the time until it may let a call through, if it does not now
	 */
	public record Breaker(BreakerState state, double failureRate, double slowRate, int calls, long refused,
			@Nullable String retryAfter) {
	}

	/**
	 * The bulkhead.
	 *
	 * @param limit calls that may run at once
	 * @param inFlight calls that run
	 * @param abandoned calls that run although their callers have gone
	 */
	public record Bulkhead(int limit, int inFlight, int abandoned) {
	}

	/**
	 * The connection pool.
	 *
	 * @param dataSource the name of the DataSource
	 * @param active connections in use
	 * @param max connections that there may be
	 */
	public record Pool(String dataSource, int active, int max) {
	}

	/**
	 * How available it is.
	 *
	 * @param promised share of the calls that it is promised to answer, {@code null} if
	 * nothing is promised
	 * @param observed share of the calls of the last quarter of an hour that it answered,
	 * {@code null} if there were none
	 * @param downtimePerYear the time a year that follows from what is promised, or from
	 * what was observed if nothing is
	 */
	public record Availability(@Nullable Double promised, @Nullable Double observed, @Nullable String downtimePerYear) {
	}

	/**
	 * The retries.
	 *
	 * @param maxAttempts how often a call is made at most
	 * @param budgetRemaining how many retries may be sent now
	 */
	public record Retry(int maxAttempts, double budgetRemaining) {
	}

	/**
	 * The golden signals.
	 *
	 * @param window the time they look back on
	 * @param throughput calls a second
	 * @param errorRate share of the calls that failed
	 * @param latency how long calls took
	 * @param saturation share of the bulkhead or of the connection pool in use
	 * @param trend how they went, {@code null} unless it is asked for
	 */
	public record Signals(String window, double throughput, double errorRate, Latency latency, double saturation,
			@JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Trend trend) {
	}

	/**
	 * How the golden signals went in the last quarter of an hour, the oldest value first.
	 *
	 * @param interval of one value
	 * @param throughput calls a second
	 * @param errorRate share of the calls that failed
	 * @param p99 milliseconds that 99 of 100 calls did not exceed, {@code null} without
	 * calls
	 */
	public record Trend(String interval, List<Double> throughput, List<Double> errorRate, List<@Nullable Double> p99) {
	}

	/**
	 * The durable calls, of all instances that share the store.
	 *
	 * @param pending how many are to be delivered
	 * @param dead how many are tried no more
	 * @param oldest for how long the oldest one waits, {@code null} if none does
	 * @param durable whether they survive a crash of the store
	 */
	public record Delivery(long pending, long dead, @Nullable String oldest, boolean durable) {
	}

	/**
	 * Something to look at.
	 *
	 * @param signal what it is about
	 * @param message what is wrong
	 * @param since since when, if known
	 */
	public record Warning(String signal, String message, @Nullable String since) {
	}

	/**
	 * An operation.
	 *
	 * @param method the method
	 * @param type its effective type
	 * @param timeout its timeout
	 * @param idempotent whether it may be repeated
	 * @param maxAttempts how often it is tried at most
	 * @param fallback its fallback method
	 * @param calls its calls since the start, without refusals and client errors
	 * @param errors how many of them failed
	 */
	public record Operation(String method, DependencyType type, String timeout, boolean idempotent, int maxAttempts,
			@Nullable String fallback, long calls, long errors) {
	}

}
