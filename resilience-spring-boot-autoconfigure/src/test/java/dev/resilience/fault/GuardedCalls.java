package dev.resilience.fault;

import java.net.URI;

import dev.resilience.Dependency;
import dev.resilience.fault.PartnerCalls.Receipt;
import org.jspecify.annotations.Nullable;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static dev.resilience.DependencyType.OPTIONAL;

/**
 * The same request for each type.
 *
 * @param <T> what the guarded methods return
 */
abstract class GuardedCalls<T> {

	@Dependency(name = "critical", type = CRITICAL)
	T critical(URI partner, String key) throws Exception {
		return send(partner, key);
	}

	@Dependency(name = "idempotent", type = CRITICAL, idempotent = true)
	T idempotent(URI partner, String key) throws Exception {
		return send(partner, key);
	}

	@Dependency(name = "degraded", type = DEGRADED, fallback = "substitute")
	T degraded(URI partner, String key) throws Exception {
		return send(partner, key);
	}

	@Dependency(name = "optional", type = OPTIONAL)
	@Nullable T optional(URI partner, String key) throws Exception {
		return send(partner, key);
	}

	@Dependency(name = "background", type = OPTIONAL)
	void background(URI partner, String key) throws Exception {
		receive(send(partner, key));
	}

	/** Posts the key to the partner. */
	abstract T send(URI partner, String key) throws Exception;

	/** The way out of the degraded call. */
	abstract T substitute(URI partner, String key);

	/** Outside of the guard: what the caller makes of the result. */
	abstract @Nullable Receipt receive(@Nullable T result) throws Exception;

}
