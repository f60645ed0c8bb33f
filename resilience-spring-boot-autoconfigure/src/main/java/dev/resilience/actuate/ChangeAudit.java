package dev.resilience.actuate;

import java.security.Principal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

import dev.resilience.SwitchPosition;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes every switch, every change of a policy and every decision about dead letters
 * as an audit event.
 */
public final class ChangeAudit {

	/** The type of the audit event of a switch. */
	public static final String SWITCHED = "INTEGRATION_SWITCHED";

	/** The type of the audit event of a change of a policy. */
	public static final String POLICY_CHANGED = "INTEGRATION_POLICY_CHANGED";

	/** The type of the audit event of dead letters that were requeued or discarded. */
	public static final String DEAD_LETTERS_DECIDED = "INTEGRATION_DEAD_LETTERS_DECIDED";

	private final ApplicationEventPublisher publisher;

	private final Supplier<@Nullable Principal> user;

	/**
	 * Create the audit.
	 * @param publisher takes the events
	 * @param user who is authenticated, if anybody is
	 */
	public ChangeAudit(ApplicationEventPublisher publisher, Supplier<@Nullable Principal> user) {
		this.publisher = publisher;
		this.user = user;
	}

	void switched(String dependency, SwitchPosition position, @Nullable String reason, @Nullable Duration duration) {
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("dependency", dependency);
		data.put("position", position.name());
		if (reason != null) {
			data.put("reason", reason);
		}
		if (duration != null) {
			data.put("duration", duration.toString());
		}
		publish(SWITCHED, data);
	}

	void policyChanged(String dependency, String policy, @Nullable String reason) {
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("dependency", dependency);
		data.put("policy", policy);
		if (reason != null) {
			data.put("reason", reason);
		}
		publish(POLICY_CHANGED, data);
	}

	void deadLettersDecided(String dependency, String action, String id, int letters) {
		publish(DEAD_LETTERS_DECIDED,
				Map.of("dependency", dependency, "action", action, "id", id, "deadLetters", letters));
	}

	private void publish(String type, Map<String, Object> data) {
		Principal user = this.user.get();
		this.publisher.publishEvent(
				new AuditApplicationEvent(new AuditEvent((user != null) ? user.getName() : "unknown", type, data)));
	}

}
