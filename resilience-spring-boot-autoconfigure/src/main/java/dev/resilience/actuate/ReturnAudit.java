package dev.resilience.actuate;

import java.time.Duration;
import java.util.Map;

import dev.resilience.SwitchPosition;
import dev.resilience.signal.CallListener;
import dev.resilience.signal.StateListener;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes an audit event for every switch that returns by itself, which is nobody's
 * doing: whoever happens to see it first has nothing to do with it.
 */
public final class ReturnAudit implements CallListener.Factory {

	private static final String NOBODY = "system";

	private final ApplicationEventPublisher publisher;

	/**
	 * Create the audit.
	 * @param publisher takes the events at once, and publishes them elsewhere
	 */
	public ReturnAudit(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
	}

	@Override
	public CallListener create(String dependency) {
		return new StateListener() {

			@Override
			public void onSwitchReturned(SwitchPosition position, @Nullable String reason, Duration after) {
				returned(dependency, position, after);
			}

		};
	}

	private void returned(String dependency, SwitchPosition position, Duration after) {
		Map<String, Object> data = Map.of("dependency", dependency, "position", position.name(), "reason",
				"returned by itself after " + after);
		this.publisher.publishEvent(new AuditApplicationEvent(new AuditEvent(NOBODY, ChangeAudit.SWITCHED, data)));
	}

}
