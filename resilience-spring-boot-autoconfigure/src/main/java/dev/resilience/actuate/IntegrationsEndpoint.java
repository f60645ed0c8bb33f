package dev.resilience.actuate;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

import dev.resilience.guard.Guard;
import dev.resilience.policy.SwitchPosition;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMap;
import dev.resilience.registry.DependencyMapReader;
import dev.resilience.registry.DependencyRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.convert.DurationStyle;

/**
 * The map of the dependencies at {@code /actuator/integrations}, and their switches.
 */
@Endpoint(id = "integrations", defaultAccess = Access.READ_ONLY)
public class IntegrationsEndpoint {

	private final DependencyRegistry registry;

	private final DependencyMapReader map;

	private final SwitchAudit audit;

	private final QuarantineReads quarantine;

	/**
	 * Create the endpoint.
	 * @param registry the live dependencies
	 * @param map draws their map
	 * @param audit is told of every switch
	 * @param quarantine shows corrupt responses
	 */
	public IntegrationsEndpoint(DependencyRegistry registry, DependencyMapReader map, SwitchAudit audit,
			QuarantineReads quarantine) {
		this.registry = registry;
		this.map = map;
		this.audit = audit;
		this.quarantine = quarantine;
	}

	/**
	 * The whole map.
	 * @return all dependencies
	 */
	@ReadOperation
	public DependencyMap integrations() {
		return this.map.read();
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
	 * More about one dependency.
	 * @param name its name
	 * @param detail what is asked for: {@code quarantine}
	 * @return the detail, or why it is not shown
	 */
	@ReadOperation
	public WebEndpointResponse<Object> detail(@Selector String name, @Selector String detail) {
		if (this.registry.find(name) == null) {
			return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
		}
		return switch (detail) {
			case "quarantine" -> this.quarantine.read(name);
			default -> new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
		};
	}

	/**
	 * Throw the switch of a dependency.
	 * @param name its name
	 * @param position {@code auto}, {@code off} or {@code bypass}
	 * @param reason why, in words
	 * @param duration after which it returns by itself, for example {@code 15m}
	 * @param policy a change of the policy, which this version does not have
	 * @return the dependency as it is now, or what is wrong with the request
	 */
	@WriteOperation
	public WebEndpointResponse<Object> change(@Selector String name, @Nullable String position, @Nullable String reason,
			@Nullable String duration, @Nullable String policy) {
		Guard guard = this.registry.find(name);
		if (guard == null) {
			return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
		}
		if (policy != null) {
			return wrong("'policy' cannot be changed at run time in this version");
		}
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
		// one line in the log, whatever was sent
		String line = (reason != null) ? reason.replaceAll("\\p{Cntrl}", " ") : null;
		guard.setSwitch(wanted, line, limit);
		this.audit.switched(name, wanted, line, limit);
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

	private static WebEndpointResponse<Object> wrong(String reason) {
		return new WebEndpointResponse<>(new Problem(reason), WebEndpointResponse.STATUS_BAD_REQUEST);
	}

	/**
	 * What is wrong with a request.
	 *
	 * @param reason the reason, for humans
	 */
	public record Problem(String reason) {
	}

}
