package dev.resilience.actuate;

import java.util.List;

import dev.resilience.signal.CorruptResponse;
import dev.resilience.signal.Quarantine;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Shows corrupt responses, which are somebody's data, to those who have write access.
 */
public final class QuarantineReads {

	private static final int FORBIDDEN = 403;

	private final @Nullable Quarantine quarantine;

	private final boolean writeAccess;

	/**
	 * Create the reads.
	 * @param quarantine keeps the responses, {@code null} if none are kept
	 * @param writeAccess whether the endpoint has write access
	 */
	public QuarantineReads(@Nullable Quarantine quarantine, boolean writeAccess) {
		this.quarantine = quarantine;
		this.writeAccess = writeAccess;
	}

	WebEndpointResponse<Object> read(String dependency) {
		if (this.quarantine == null) {
			return refused("Corrupt responses are not kept: set 'resilience.quarantine.enabled' to true",
					WebEndpointResponse.STATUS_NOT_FOUND);
		}
		if (!this.writeAccess) {
			return refused("Corrupt responses are shown with write access only:"
					+ " set 'management.endpoint.integrations.access' to unrestricted", FORBIDDEN);
		}
		return new WebEndpointResponse<>(new Quarantined(this.quarantine.responses(dependency)));
	}

	private static WebEndpointResponse<Object> refused(String reason, int status) {
		return new WebEndpointResponse<>(new IntegrationsEndpoint.Problem(reason), status);
	}

	/**
	 * What is kept of a dependency.
	 *
	 * @param responses the corrupt responses, the newest first
	 */
	public record Quarantined(List<CorruptResponse> responses) {
	}

}
