package dev.resilience.actuate;

import java.util.Collection;
import java.util.List;

import dev.resilience.registry.DeadLetter;
import dev.resilience.registry.DeadLetters;
import dev.resilience.registry.DurableBacklog;
import dev.resilience.registry.DurableBacklogs;
import dev.resilience.signal.DependencyLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Shows the durable calls of a dependency, and lets somebody decide about those that are
 * tried no more.
 */
public final class DeliveryOperations {

	private static final int LARGEST_PAGE = 500;

	private static final int PAGE = 20;

	private final DependencyLog log = new DependencyLog(System::nanoTime);

	private final DurableBacklogs backlogs;

	private final @Nullable DeadLetters deadLetters;

	private final Show showValues;

	private final Collection<String> roles;

	private final ChangeAudit audit;

	/**
	 * Create the operations.
	 * @param backlogs what waits for its delivery
	 * @param deadLetters what is tried no more, {@code null} if nothing can be durable
	 * @param showValues when arguments are shown
	 * @param roles to whom they are shown when that depends on it; empty for everybody
	 * who is authenticated
	 * @param audit is told of every decision
	 */
	public DeliveryOperations(DurableBacklogs backlogs, @Nullable DeadLetters deadLetters, Show showValues,
			Collection<String> roles, ChangeAudit audit) {
		this.backlogs = backlogs;
		this.deadLetters = deadLetters;
		this.showValues = showValues;
		this.roles = roles;
		this.audit = audit;
	}

	WebEndpointResponse<Object> read(String dependency, SecurityContext caller, @Nullable Integer page,
			@Nullable Integer size) {
		int wantedPage = (page != null) ? page : 0;
		int wantedSize = (size != null) ? size : PAGE;
		if (wantedPage < 0 || wantedSize < 1 || wantedSize > LARGEST_PAGE) {
			return IntegrationsEndpoint
				.wrong("'page' is %d and 'size' is %d, allowed are a page from 0 and a size from 1 to %d"
					.formatted(wantedPage, wantedSize, LARGEST_PAGE));
		}
		DurableBacklog backlog = this.backlogs.of(dependency);
		if (backlog == null || this.deadLetters == null) {
			return nothingDurable(dependency);
		}
		List<DeadLetter> letters;
		try {
			letters = this.deadLetters.page(dependency, wantedPage, wantedSize,
					this.showValues.isShown(caller, this.roles));
		}
		catch (RuntimeException ex) {
			return unreachable(dependency, ex);
		}
		return new WebEndpointResponse<>(new Deliveries(backlog.pending(), backlog.dead(),
				(backlog.oldest() != null) ? backlog.oldest().toString() : null,
				(backlog.nextDue() != null) ? backlog.nextDue().toString() : null, backlog.durable(), wantedPage,
				wantedSize, letters));
	}

	WebEndpointResponse<Object> decide(String dependency, @Nullable String action, @Nullable String id) {
		DurableBacklog backlog = this.backlogs.of(dependency);
		if (backlog == null || this.deadLetters == null) {
			return nothingDurable(dependency);
		}
		if (id == null || id.isBlank()) {
			return IntegrationsEndpoint.wrong("'id' is missing, allowed are the id of a dead letter and all");
		}
		if (action == null) {
			return IntegrationsEndpoint.wrong("'action' is missing, allowed are requeue and discard");
		}
		String one = id.equals("all") ? null : id;
		int letters;
		try {
			switch (action) {
				case "requeue" -> letters = this.deadLetters.requeue(dependency, one);
				case "discard" -> letters = this.deadLetters.discard(dependency, one);
				default -> {
					return IntegrationsEndpoint
						.wrong("'action' is '%s', allowed are requeue and discard".formatted(action));
				}
			}
		}
		catch (RuntimeException ex) {
			return unreachable(dependency, ex);
		}
		if (one != null && letters == 0) {
			return new WebEndpointResponse<>(
					new IntegrationsEndpoint.Problem(
							"There is no dead letter with that id: somebody may have decided about it"),
					WebEndpointResponse.STATUS_NOT_FOUND);
		}
		this.audit.deadLettersDecided(dependency, action, id, letters);
		return new WebEndpointResponse<>(new Decided(action, letters));
	}

	private WebEndpointResponse<Object> unreachable(String dependency, RuntimeException failure) {
		this.log.repeated(Level.WARN, dependency, failure, "The dead letters of dependency '{}' are out of reach",
				dependency);
		return new WebEndpointResponse<>(new IntegrationsEndpoint.Problem("The store of durable calls does not answer"),
				WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
	}

	private static WebEndpointResponse<Object> nothingDurable(String dependency) {
		return new WebEndpointResponse<>(new IntegrationsEndpoint.Problem(
				"Dependency '%s' has no durable operation: see 'resilience.dependencies.%s.delivery'"
					.formatted(dependency, dependency)),
				WebEndpointResponse.STATUS_NOT_FOUND);
	}

	/**
	 * The durable calls of a dependency.
	 *
	 * @param pending how many are to be delivered
	 * @param dead how many are tried no more
	 * @param oldest for how long the oldest one waits
	 * @param nextDue when the next one will be attempted
	 * @param durable whether they survive a crash of the store
	 * @param page the number of the page, from 0
	 * @param size how many dead letters are on a page
	 * @param deadLetters those on this page, the last ones first
	 */
	public record Deliveries(long pending, long dead, @Nullable String oldest, @Nullable String nextDue,
			boolean durable, int page, int size, List<DeadLetter> deadLetters) {
	}

	/**
	 * What was done.
	 *
	 * @param action what
	 * @param deadLetters to how many dead letters
	 */
	public record Decided(String action, int deadLetters) {
	}

}
