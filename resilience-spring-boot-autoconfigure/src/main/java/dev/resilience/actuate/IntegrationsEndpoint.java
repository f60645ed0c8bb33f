package dev.resilience.actuate;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

import dev.resilience.SwitchPosition;
import dev.resilience.guard.Guard;
import dev.resilience.policy.Mode;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyHistory;
import dev.resilience.registry.DependencyMap;
import dev.resilience.registry.DependencyMapReader;
import dev.resilience.registry.DependencyRegistry;
import dev.resilience.registry.PolicyChanges;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.convert.DurationStyle;

/**
 * The map of the dependencies at {@code /actuator/integrations}, and their switches and
 * policies.
 */
@Endpoint(id = "integrations", defaultAccess = Access.READ_ONLY)
@RegisterReflectionForBinding({ DependencyMap.class, DependencyDescriptor.class, DependencyHistory.class,
		IntegrationsEndpoint.Problem.class, QuarantineReads.Quarantined.class, DeliveryOperations.Deliveries.class,
		DeliveryOperations.Decided.class })
public class IntegrationsEndpoint {

	private final DependencyRegistry registry;

	private final DependencyMapReader map;

	private final PolicyChanges changes;

	private final ChangeAudit audit;

	private final QuarantineReads quarantine;

	private final DeliveryOperations deliveries;

	private final boolean writeAccess;

	/**
	 * Create the endpoint.
	 * @param registry the live dependencies
	 * @param map draws their map
	 * @param changes changes their policies
	 * @param audit is told of every change
	 * @param quarantine shows corrupt responses
	 * @param deliveries shows durable calls
	 * @param writeAccess whether the endpoint has write access
	 */
	public IntegrationsEndpoint(DependencyRegistry registry, DependencyMapReader map, PolicyChanges changes,
			ChangeAudit audit, QuarantineReads quarantine, DeliveryOperations deliveries, boolean writeAccess) {
		this.registry = registry;
		this.map = map;
		this.changes = changes;
		this.audit = audit;
		this.quarantine = quarantine;
		this.deliveries = deliveries;
		this.writeAccess = writeAccess;
	}

	/**
	 * The whole map.
	 * @param trends whether it shows how the signals of the last quarter of an hour went;
	 * not by default
	 * @return all dependencies
	 */
	@ReadOperation
	public DependencyMap integrations(@Nullable Boolean trends) {
		return this.map.read(Boolean.TRUE.equals(trends), this.writeAccess);
	}

	/**
	 * One dependency.
	 * @param name its name
	 * @return the dependency, {@code null} if there is none of that name
	 */
	@ReadOperation
	public @Nullable DependencyDescriptor integration(@Selector String name) {
		return this.map.read(name);
	}

	/**
	 * More about one dependency, or a file of the page.
	 * @param name its name
	 * @param detail what is asked for: {@code history}, {@code deliveries} or
	 * {@code quarantine}
	 * @param caller who asks
	 * @param page of the dead letters among the deliveries, from 0
	 * @param size of such a page
	 * @return the detail, or why it is not shown
	 */
	@ReadOperation
	public WebEndpointResponse<Object> detail(@Selector String name, @Selector String detail, SecurityContext caller,
			@Nullable Integer page, @Nullable Integer size) {
		WebEndpointResponse<Object> asset = name.equals(PageAssets.PATH) ? PageAssets.read(detail) : null;
		if (asset != null) {
			return asset;
		}
		if (this.registry.find(name) == null) {
			return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
		}
		return switch (detail) {
			case "history" -> new WebEndpointResponse<>(this.map.history(name));
			case "quarantine" -> this.quarantine.read(name);
			case "deliveries" -> this.deliveries.read(name, caller, page, size);
			default -> new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
		};
	}

	/**
	 * Decide about dead letters of a dependency.
	 * @param name its name
	 * @param detail {@code deliveries}
	 * @param action {@code requeue} or {@code discard}
	 * @param id of a dead letter, or {@code all}
	 * @return what was done, or what is wrong with the request
	 */
	@WriteOperation
	public WebEndpointResponse<Object> decide(@Selector String name, @Selector String detail, @Nullable String action,
			@Nullable String id) {
		if (this.registry.find(name) == null || !detail.equals("deliveries")) {
			return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
		}
		return this.deliveries.decide(name, action, id);
	}

	/**
	 * Throw the switch of a dependency, or change its policy.
	 * @param name its name
	 * @param position {@code auto}, {@code off} or {@code bypass}
	 * @param reason why, in words
	 * @param duration after which the switch returns by itself, for example {@code 15m}
	 * @param policy a setting and its new value, for example
	 * {@code retry.max-attempts=2}; without a value it goes back to that of the
	 * properties
	 * @return the dependency as it is now, or what is wrong with the request
	 */
	@WriteOperation
	public WebEndpointResponse<Object> change(@Selector String name, @Nullable String position, @Nullable String reason,
			@Nullable String duration, @Nullable String policy) {
		Guard guard = this.registry.find(name);
		if (guard == null) {
			return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
		}
		// one line in the log, whatever was sent
		String line = (reason != null) ? reason.replaceAll("\\p{Cntrl}", " ") : null;
		if (policy == null) {
			return changeSwitch(guard, position, line, duration);
		}
		return (position == null && duration == null) ? changePolicy(name, policy, line)
				: wrong("'policy' and 'position' are different changes: send one after the other");
	}

	private WebEndpointResponse<Object> changeSwitch(Guard guard, @Nullable String position, @Nullable String reason,
			@Nullable String duration) {
		if (position == null) {
			return wrong("'position' is missing, allowed are auto, off and bypass");
		}
		SwitchPosition wanted = Arrays.stream(SwitchPosition.values())
			.filter((each) -> each.name().equals(position.toUpperCase(Locale.ROOT)))
			.findFirst()
			.orElse(null);
		if (wanted == null) {
			return wrong("'position' is '%s', allowed are auto, off and bypass".formatted(position));
		}
		Duration limit = null;
		if (duration != null) {
			limit = parse(duration);
			if (limit == null) {
				return wrong("'duration' is '%s', allowed is a duration from 1s to 366 days, for example 15m or PT15M"
					.formatted(duration));
			}
		}
		if (guard.policy().mode() == Mode.OBSERVE && wanted != SwitchPosition.AUTO) {
			return wrong(
					"'position' is '%s', but the dependency is only observed: send {\"policy\": \"mode=enforce\"} first"
						.formatted(position));
		}
		guard.setSwitch(wanted, reason, limit);
		this.audit.switched(guard.policy().name(), wanted, reason, limit);
		return new WebEndpointResponse<>(this.map.read(guard.policy().name()));
	}

	private WebEndpointResponse<Object> changePolicy(String name, String assignment, @Nullable String reason) {
		String changed;
		try {
			changed = this.changes.change(name, assignment);
		}
		catch (IllegalArgumentException ex) {
			return wrong(ex.getMessage());
		}
		this.audit.policyChanged(name, changed, reason);
		return new WebEndpointResponse<>(this.map.read(name));
	}

	private static @Nullable Duration parse(String text) {
		try {
			Duration duration = DurationStyle.detectAndParse(text.trim());
			boolean sensible = duration.compareTo(Duration.ofSeconds(1)) >= 0
					&& duration.compareTo(Duration.ofDays(366)) <= 0;
			return sensible ? duration : null;
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			return null;
		}
	}

	static WebEndpointResponse<Object> wrong(@Nullable String reason) {
		return new WebEndpointResponse<>(new Problem(String.valueOf(reason)), WebEndpointResponse.STATUS_BAD_REQUEST);
	}

	/**
	 * What is wrong with a request.
	 *
	 * @param reason the reason, for humans
	 */
	public record Problem(String reason) {
	}

}
