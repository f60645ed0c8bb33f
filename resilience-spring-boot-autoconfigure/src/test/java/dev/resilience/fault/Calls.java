package dev.resilience.fault;

import java.net.URI;

import dev.resilience.fault.PartnerCalls.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * Calls of a guarded client, as their callers make them.
 */
@FunctionalInterface
interface Calls {

	/**
	 * Make a call and wait for its result.
	 * @return the partner's answer; {@code null} if there is none
	 */
	@Nullable Receipt make(CallType type, URI partner, String key) throws Exception;

	static Calls of(PartnerCalls guarded) {
		return (type, partner, key) -> switch (type) {
			case CRITICAL -> guarded.critical(partner, key);
			case IDEMPOTENT -> guarded.idempotent(partner, key);
			case DEGRADED -> guarded.degraded(partner, key);
			case OPTIONAL -> guarded.optional(partner, key);
			case BACKGROUND -> {
				guarded.background(partner, key);
				yield null;
			}
		};
	}

	static <T> Calls of(GuardedCalls<T> guarded) {
		return (type, partner, key) -> switch (type) {
			case CRITICAL -> guarded.receive(guarded.critical(partner, key));
			case IDEMPOTENT -> guarded.receive(guarded.idempotent(partner, key));
			case DEGRADED -> guarded.receive(guarded.degraded(partner, key));
			case OPTIONAL -> guarded.receive(guarded.optional(partner, key));
			case BACKGROUND -> {
				guarded.background(partner, key);
				yield null;
			}
		};
	}

}
