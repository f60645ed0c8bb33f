package dev.resilience.metrics;

import java.util.Set;
import java.util.stream.Collectors;

import dev.resilience.Dependencies;
import dev.resilience.DependencyCall;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceMetricsAutoConfiguration;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The meters of an application.
 */
class DependencyMetersTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceMetricsAutoConfiguration.class))
		.withPropertyValues("resilience.dependencies.payments.type=critical",
				"resilience.dependencies.payments.idempotent=true",
				"resilience.dependencies.payments.retry.backoff.initial=1ms",
				"resilience.dependencies.search.type=degraded", "resilience.dependencies.search.retry.max-attempts=1",
				"resilience.dependencies.mail.type=optional", "resilience.dependencies.mail.switch=off");

	@Test
	void timesCallsByOutcomeAndFailure() {
		this.runner.withBean(SimpleMeterRegistry.class).run((context) -> {
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			Dependencies dependencies = context.getBean(Dependencies.class);
			exercise(dependencies);
			assertThat(calls(meters, "payments", "critical", "success", "none")).isEqualTo(2);
			assertThat(calls(meters, "search", "degraded", "failure", "unknown")).isEqualTo(1);
			assertThat(calls(meters, "search", "degraded", "fallback", "unknown")).isEqualTo(1);
			assertThat(calls(meters, "mail", "optional", "fallback", "rejected")).isEqualTo(1);
			assertThat(meters.get("resilience.retries")
				.tags("dependency", "payments", "decision", "retried")
				.counter()
				.count()).isEqualTo(1);
		});
	}

	@Test
	void gaugesTheState() {
		this.runner.withBean(SimpleMeterRegistry.class).run((context) -> {
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			assertThat(meters.get("resilience.breaker.state")
				.tags("dependency", "payments", "state", "closed")
				.gauge()
				.value()).isEqualTo(1);
			assertThat(meters.get("resilience.breaker.state")
				.tags("dependency", "payments", "state", "open")
				.gauge()
				.value()).isZero();
			assertThat(meters.get("resilience.breaker.state")
				.tags("dependency", "mail", "state", "forced-open")
				.gauge()
				.value()).isEqualTo(1);
			assertThat(meters.get("resilience.calls.abandoned").tags("dependency", "payments").gauge().value())
				.isZero();
			double active = context.getBean(Dependencies.class)
				.<Double, RuntimeException>call("payments",
						() -> meters.get("resilience.calls.active").tags("dependency", "payments").gauge().value());
			assertThat(active).isEqualTo(1);
		});
	}

	@Test
	void metersOfOneNameHaveTheSameTags() {
		this.runner.withBean(SimpleMeterRegistry.class).run((context) -> {
			exercise(context.getBean(Dependencies.class));
			assertThat(context.getBean(MeterRegistry.class)
				.getMeters()
				.stream()
				.map(Meter::getId)
				.collect(Collectors.groupingBy(Meter.Id::getName,
						Collectors.mapping((id) -> id.getTags().stream().map(Tag::getKey).collect(Collectors.toSet()),
								Collectors.toSet()))))
				.containsOnlyKeys("resilience.calls", "resilience.retries", "resilience.calls.active",
						"resilience.calls.abandoned", "resilience.breaker.state")
				.containsEntry("resilience.calls", Set.of(Set.of("dependency", "type", "outcome", "failure")))
				.containsEntry("resilience.retries", Set.of(Set.of("dependency", "decision")))
				.containsEntry("resilience.calls.active", Set.of(Set.of("dependency")))
				.containsEntry("resilience.breaker.state", Set.of(Set.of("dependency", "state")));
		});
	}

	@Test
	void canBeScraped() {
		this.runner.withBean(PrometheusMeterRegistry.class, () -> new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
			.run((context) -> {
				exercise(context.getBean(Dependencies.class));
				assertThat(context.getBean(PrometheusMeterRegistry.class).scrape())
					.contains("resilience_calls_seconds_count{dependency=\"payments\",failure=\"none\","
							+ "outcome=\"success\",type=\"critical\"} 2")
					.contains("resilience_calls_seconds_count{dependency=\"search\",failure=\"unknown\"")
					.contains("resilience_calls_active{dependency=\"payments\"} 0.0")
					.contains("resilience_breaker_state{dependency=\"mail\",state=\"forced-open\"} 1.0");
			});
	}

	private static void exercise(Dependencies dependencies) {
		dependencies.run("payments", () -> {
		});
		dependencies.run("payments", () -> {
			if (DependencyCall.current().orElseThrow().attempt() == 1) {
				throw new IllegalStateException();
			}
		});
		dependencies.call("search", DependencyMetersTests::fails, (failure) -> "");
		try {
			dependencies.call("search", DependencyMetersTests::fails);
		}
		catch (IllegalStateException ex) {
			// counted
		}
		dependencies.call("mail", DependencyMetersTests::fails);
	}

	private static String fails() {
		throw new IllegalStateException();
	}

	private static long calls(MeterRegistry meters, String dependency, String type, String outcome, String failure) {
		return meters.get("resilience.calls")
			.tags("dependency", dependency, "type", type, "outcome", outcome, "failure", failure)
			.timer()
			.count();
	}

}
