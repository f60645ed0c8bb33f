package dev.resilience.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

import dev.resilience.Dependencies;
import dev.resilience.FailureKind;
import dev.resilience.SwitchPosition;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import dev.resilience.diagnosis.Category;
import dev.resilience.diagnosis.DeviationSignal;
import dev.resilience.diagnosis.Thresholds;
import dev.resilience.guard.Guard;
import dev.resilience.signal.EndedCall;
import dev.resilience.signal.Outcome;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * What the monitor finds, and how it shows on the map.
 */
@Timeout(60)
class DependencyMonitorTests {

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
		.withPropertyValues("resilience.dependencies.payments.type=critical",
				"resilience.dependencies.inventory.type=critical", "resilience.dependencies.mail.type=optional");

	private long now;

	@Test
	void secondsPassByThemselves() {
		this.runner.run((context) -> {
			context.getBean(Dependencies.class).call("payments", () -> "value");
			DependencyMapReader map = context.getBean(DependencyMapReader.class);
			Awaitility.await()
				.until(() -> map.history("payments").throughput().stream().anyMatch((value) -> value > 0));
			assertThat(map.history("unknown")).isNull();
		});
	}

	@Test
	void whatDeviatesIsAWarningAndAnIncident() {
		this.runner.run((context) -> {
			Guard payments = simulated(context, "payments");
			Guard inventory = simulated(context, "inventory");
			pass(context, 200, payments, inventory);
			DependencyMap calm = context.getBean(DependencyMapReader.class).read();
			assertThat(calm.status()).isEqualTo(Status.UP);
			assertThat(calm.incident()).isNull();
			// payments first; inventory is called more often
			for (int second = 0; second < 9; second++) {
				calls(payments, 10, (second >= 0) ? 900 : 20, FailureKind.NONE);
				calls(inventory, 40, 20, (second >= 3) ? FailureKind.TIMEOUT : FailureKind.NONE);
				calls(inventory, 40, 20, FailureKind.NONE);
				tick(context);
			}
			DependencyMap map = context.getBean(DependencyMapReader.class).read();
			assertThat(map.status()).isEqualTo(Status.DEGRADED);
			assertThat(map.dependencies().get("payments").warnings()).singleElement().satisfies((warning) -> {
				assertThat(warning.signal()).isEqualTo("LATENCY");
				assertThat(warning.message()).startsWith("Everything is slow: p50 is 901 ms, usually 20 ms");
				assertThat(Instant.parse(warning.since())).isAfter(Instant.now());
			});
			assertThat(map.dependencies().get("inventory").warnings()).extracting("signal").containsExactly("ERRORS");
			assertThat(map.incident().firstToDeviate()).isEqualTo("payments");
			assertThat(map.incident().path()).containsExactly("payments");
			assertThat(map.incident().sequence()).extracting("signal")
				.containsExactly(DeviationSignal.LATENCY, DeviationSignal.ERRORS);
		});
	}

	@Test
	void aFailingDependencyIsAnIncidentAtOnce() {
		this.runner.run((context) -> {
			Guard mail = simulated(context, "mail");
			this.now += 300 * SECOND;
			calls(mail, 5, 10, FailureKind.CONNECTION_REFUSED);
			tick(context);
			DependencyMap map = context.getBean(DependencyMapReader.class).read();
			assertThat(map.incident().firstToDeviate()).isEqualTo("mail");
			assertThat(map.incident().sequence().get(0).message()).isEqualTo("Its last calls all failed");
			assertThat(map.incident().advice()).contains("switch it off");
			assertThat(map.dependencies().get("mail").warnings()).isEmpty();
			calls(mail, 1, 10, FailureKind.NONE);
			pass(context, 31, mail);
			map = context.getBean(DependencyMapReader.class).read();
			assertThat(map.incident()).isNull();
			assertThat(map.incidents()).singleElement()
				.satisfies((incident) -> assertThat(incident.until()).isNotNull());
		});
	}

	@Test
	void whatNobodyCallsAnyMoreIsNobodysTrouble() {
		this.runner.run((context) -> {
			Guard mail = simulated(context, "mail");
			calls(mail, 5, 10, FailureKind.CONNECTION_REFUSED);
			pass(context, 60);
			assertThat(context.getBean(DependencyMapReader.class).read().incident()).isNotNull();
			pass(context, 32);
			assertThat(context.getBean(DependencyMapReader.class).read().incident()).isNull();
			assertThat(context.getBean(DependencyMapReader.class).read("mail").failing()).isTrue();
		});
	}

	@Test
	void whatIsSwitchedOffIsNotFailingAnyMore() {
		this.runner.run((context) -> {
			Guard mail = simulated(context, "mail");
			calls(mail, 5, 10, FailureKind.CONNECTION_REFUSED);
			tick(context);
			assertThat(context.getBean(DependencyMapReader.class).read().incident()).isNotNull();
			mail.setSwitch(SwitchPosition.OFF, null, null);
			pass(context, 31);
			assertThat(context.getBean(DependencyMapReader.class).read().incident()).isNull();
		});
	}

	@Test
	void fewFailuresInARowAreChance() {
		this.runner.run((context) -> {
			Guard payments = simulated(context, "payments");
			pass(context, 200, payments);
			calls(payments, 3, 10, FailureKind.TIMEOUT);
			tick(context);
			assertThat(context.getBean(DependencyMapReader.class).read("payments").failing()).isTrue();
			assertThat(context.getBean(DependencyMapReader.class).read().incident()).isNull();
			calls(payments, 3, 10, FailureKind.TIMEOUT);
			tick(context);
			assertThat(context.getBean(DependencyMapReader.class).read().incident()).isNotNull();
		});
	}

	@Test
	void looksOfATimerThatMakesUpForWhatItMissedAreLeftOut() {
		this.runner.run((context) -> {
			Guard payments = simulated(context, "payments");
			pass(context, 200, payments);
			for (int i = 0; i < 20; i++) {
				context.getBean(DependencyMonitor.class).look(this.now + i);
			}
			assertThat(context.getBean(DependencyMapReader.class).read("payments").warnings()).isEmpty();
		});
	}

	@Test
	void aChangeOfAPolicyShortlyBeforeIsTheCause() {
		this.runner.run((context) -> {
			Guard payments = simulated(context, "payments");
			context.getBean(PolicyChanges.class).change("payments", "retry.max-attempts=9");
			this.now = System.nanoTime() + 5 * SECOND;
			calls(payments, 5, 10, FailureKind.TIMEOUT);
			tick(context);
			IncidentDescriptor incident = context.getBean(DependencyMapReader.class).read().incident();
			assertThat(incident.category()).isEqualTo(Category.CHANGE);
			assertThat(incident.figures()).singleElement()
				.asString()
				.endsWith("the policy of payments was changed: retry.max-attempts=9");
		});
	}

	@Test
	void theThresholdsAreConfigurable() {
		this.runner
			.withPropertyValues("resilience.warnings.latency-factor=100", "resilience.warnings.error-rise=90%",
					"resilience.warnings.throughput-drop=99%", "resilience.warnings.saturation=100%")
			.run((context) -> {
				Guard payments = simulated(context, "payments");
				pass(context, 200, payments);
				for (int second = 0; second < 9; second++) {
					calls(payments, 10, 900, FailureKind.NONE);
					tick(context);
				}
				assertThat(context.getBean(DependencyMapReader.class).read("payments").warnings()).isEmpty();
			});
	}

	@Test
	void theReplayOfCalmTrafficIsJudgedByTheDefaults() {
		this.runner.run((context) -> assertThat(context.getBean(DependencyMonitor.class)).extracting("thresholds")
			.isEqualTo(Thresholds.DEFAULT));
	}

	@Test
	void thresholdsThatMakeNoSenseAreRefused() {
		this.runner.withPropertyValues("resilience.warnings.latency-factor=0.5")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("resilience.warnings.latency-factor")
				.hasMessageContaining("a number above 1"));
		this.runner.withPropertyValues("resilience.warnings.error-rise=50")
			.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void theAvailabilityIsTheProductOfWhatIsCritical() {
		this.runner.withPropertyValues("resilience.dependencies.payments.availability=99.9%",
				"resilience.dependencies.inventory.availability=99.8%", "resilience.dependencies.mail.availability=50%")
			.run((context) -> {
				DependencyMap map = context.getBean(DependencyMapReader.class).read();
				assertThat(map.availability().expected()).isEqualTo(0.999 * 0.998, within(1e-9));
				assertThat(map.availability().observed()).isEqualTo(1);
				assertThat(map.availability().downtimePerYear()).isEqualTo("PT26H16M");
				assertThat(map.availability().costliest()).isEqualTo("inventory");
				assertThat(map.dependencies().get("payments").availability())
					.isEqualTo(new DependencyDescriptor.Availability(0.999, null, "PT8H46M"));
				Guard payments = simulated(context, "payments");
				calls(payments, 9, 10, FailureKind.NONE);
				calls(payments, 1, 10, FailureKind.TIMEOUT);
				calls(simulated(context, "mail"), 10, 10, FailureKind.TIMEOUT);
				map = context.getBean(DependencyMapReader.class).read();
				assertThat(map.availability().observed()).isEqualTo(0.9, within(1e-9));
				assertThat(map.availability().costliest()).isEqualTo("payments");
			});
	}

	@Test
	void withoutPromisesNothingIsExpected() {
		this.runner.run((context) -> {
			DependencyMap.Availability availability = context.getBean(DependencyMapReader.class).read().availability();
			assertThat(availability).isEqualTo(new DependencyMap.Availability(null, 1, "PT0S", null));
		});
	}

	@Test
	void trendsAreShownToThoseWhoAskForThem() {
		this.runner.run((context) -> {
			simulated(context, "payments");
			DependencyMapReader map = context.getBean(DependencyMapReader.class);
			assertThat(map.read().dependencies().get("payments").signals().trend()).isNull();
			DependencyMap shown = map.read(true, true);
			assertThat(shown.writeAccess()).isTrue();
			assertThat(shown.dependencies().get("payments").signals().trend()).satisfies((trend) -> {
				assertThat(trend.interval()).isEqualTo("PT15S");
				assertThat(trend.throughput()).hasSize(60);
				assertThat(trend.p99()).hasSize(60);
			});
		});
	}

	// time passes as the test says only
	private Guard simulated(ApplicationContext context, String dependency) {
		context.getBean(GuardLifecycle.class).stop();
		if (this.now == 0) {
			this.now = System.nanoTime();
		}
		return context.getBean(DependencyRegistry.class).find(dependency);
	}

	private void pass(ApplicationContext context, int seconds, Guard... guards) {
		for (int i = 0; i < seconds; i++) {
			Arrays.stream(guards).forEach((guard) -> calls(guard, 10, 20, FailureKind.NONE));
			tick(context);
		}
	}

	private void tick(ApplicationContext context) {
		this.now += SECOND;
		context.getBean(DependencyMonitor.class).look(this.now);
	}

	private void calls(Guard guard, int calls, long millis, FailureKind kind) {
		Outcome outcome = (kind == FailureKind.NONE) ? Outcome.SUCCESS : Outcome.FAILURE;
		for (int i = 0; i < calls; i++) {
			guard.signals().onCall(EndedCall.of(guard.policy().name(), outcome, kind, this.now, millis * 1_000_000));
		}
	}

}
