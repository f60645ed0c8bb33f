package dev.resilience.actuate;

import java.util.Map;

import dev.resilience.Dependencies;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceHealthAutoConfiguration;
import dev.resilience.registry.DependencyMapReader;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The health of the dependencies, and what it makes of the application's.
 */
class IntegrationsHealthTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class,
				ResilienceHealthAutoConfiguration.class, HealthContributorAutoConfiguration.class,
				HealthContributorRegistryAutoConfiguration.class, HealthEndpointAutoConfiguration.class))
		.withBean("other", HealthIndicator.class, () -> () -> Health.up().build())
		.withPropertyValues("resilience.dependencies.payments.type=critical",
				"resilience.dependencies.search.type=degraded", "resilience.types.critical.retry.max-attempts=1",
				"resilience.types.degraded.retry.max-attempts=1");

	@Test
	void staysUpAndNamesTheFailingOnes() {
		this.runner.run((context) -> {
			assertHealth(context, Status.UP, Map.of());
			fail(context, "payments", 3);
			fail(context, "search", 2);
			assertHealth(context, Status.UP, Map.of("payments", "DOWN"));
			fail(context, "search", 1);
			assertHealth(context, Status.UP, Map.of("payments", "DOWN", "search", "DEGRADED"));
			context.getBean(Dependencies.class).run("payments", () -> {
			});
			assertHealth(context, Status.UP, Map.of("search", "DEGRADED"));
		});
	}

	@Test
	void namesThoseThatAreSwitchedOff() {
		this.runner.withPropertyValues("resilience.dependencies.payments.switch=off")
			.run((context) -> assertHealth(context, Status.UP, Map.of("payments", "DOWN")));
	}

	@Test
	void usesTheStatusOfTheProperties() {
		this.runner.withPropertyValues("resilience.health.degraded-status=DEGRADED").run((context) -> {
			assertHealth(context, Status.UP, Map.of());
			fail(context, "search", 3);
			assertHealth(context, new Status("DEGRADED"), Map.of("search", "DEGRADED"));
			assertThat(context.getBean(HealthEndpoint.class).health().getStatus()).isEqualTo(new Status("DEGRADED"));
		});
	}

	@Test
	void leavesOutThoseThatOnlyHaveWarnings() {
		this.runner
			.withPropertyValues("resilience.health.degraded-status=DEGRADED",
					"resilience.dependencies.payments.health-check=http://nobody.invalid/health")
			.run((context) -> {
				DependencyMapReader map = context.getBean(DependencyMapReader.class);
				Awaitility.await().until(() -> !map.read().dependencies().get("payments").warnings().isEmpty());
				assertThat(map.read().dependencies().get("payments").status())
					.isEqualTo(dev.resilience.registry.Status.DEGRADED);
				assertThat(map.read().dependencies().get("payments").failing()).isFalse();
				assertHealth(context, Status.UP, Map.of());
			});
	}

	@Test
	void keepsTheOrderOfTheProperties() {
		this.runner
			.withPropertyValues("resilience.health.degraded-status=DEGRADED",
					"management.endpoint.health.status.order=up,degraded,down")
			.run((context) -> {
				fail(context, "search", 3);
				assertThat(context.getBean(HealthEndpoint.class).health().getStatus()).isEqualTo(Status.UP);
			});
	}

	@Test
	void neverHidesThatTheApplicationIsDown() {
		this.runner.withBean("broken", HealthIndicator.class, () -> () -> Health.down().build())
			.withPropertyValues("resilience.health.degraded-status=DEGRADED",
					"management.endpoint.health.status.order=down,out-of-service,up,unknown")
			.run((context) -> {
				fail(context, "search", 3);
				assertThat(context.getBean(HealthEndpoint.class).health().getStatus()).isEqualTo(Status.DOWN);
			});
	}

	@Test
	void goesDownWithACriticalOneIfThatIsWanted() {
		this.runner.withPropertyValues("resilience.health.fail-on-critical=true").run((context) -> {
			fail(context, "search", 3);
			assertHealth(context, Status.UP, Map.of("search", "DEGRADED"));
			fail(context, "payments", 3);
			assertHealth(context, Status.DOWN, Map.of("payments", "DOWN", "search", "DEGRADED"));
		});
	}

	@Test
	void thoseThatAreOnlyObservedHaveNoSay() {
		this.runner
			.withPropertyValues("resilience.health.fail-on-critical=true", "resilience.health.degraded-status=DEGRADED",
					"resilience.dependencies.payments.mode=observe")
			.run((context) -> {
				for (int i = 0; i < 3; i++) {
					assertThatIllegalStateException().isThrownBy(() -> fail(context, "payments", 1));
				}
				assertHealth(context, Status.UP, Map.of("payments", "DOWN"));
				fail(context, "search", 3);
				assertHealth(context, new Status("DEGRADED"), Map.of("payments", "DOWN", "search", "DEGRADED"));
			});
	}

	@Test
	void livenessAndReadinessLeaveItOut() {
		this.runner
			.withConfiguration(AutoConfigurations.of(ApplicationAvailabilityAutoConfiguration.class,
					AvailabilityProbesAutoConfiguration.class))
			.withPropertyValues("management.endpoint.health.probes.enabled=true")
			.run((context) -> {
				HealthEndpointGroups groups = context.getBean(HealthEndpointGroups.class);
				for (String name : new String[] { "liveness", "readiness" }) {
					assertThat(groups.get(name)).as(name)
						.satisfies((group) -> assertThat(group.isMember("integrations")).isFalse());
				}
			});
	}

	@Test
	void mayBeSwitchedOff() {
		this.runner.withPropertyValues("management.health.integrations.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(IntegrationsHealthIndicator.class));
	}

	private static void assertHealth(ApplicationContext context, Status status, Map<String, Object> details) {
		Health health = context.getBean(IntegrationsHealthIndicator.class).health();
		assertThat(health).isNotNull();
		assertThat(health.getStatus()).isEqualTo(status);
		assertThat(health.getDetails()).isEqualTo(details);
	}

	private static void fail(ApplicationContext context, String dependency, int times) {
		for (int i = 0; i < times; i++) {
			context.getBean(Dependencies.class).call(dependency, () -> {
				throw new IllegalStateException();
			}, (failure) -> "");
		}
	}

}
