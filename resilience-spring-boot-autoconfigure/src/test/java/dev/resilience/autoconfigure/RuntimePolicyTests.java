package dev.resilience.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.resilience.BreakerState;
import dev.resilience.Dependencies;
import dev.resilience.Dependency;
import dev.resilience.DependencyType;
import dev.resilience.guard.Guard;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import dev.resilience.registry.DependencyRegistry;
import dev.resilience.registry.PolicyChanges;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.ConfigurationPropertiesBinding;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.PropertySourcesPlaceholderConfigurer;
import org.springframework.core.convert.converter.Converter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Policies that change while the application runs.
 */
@Timeout(60)
class RuntimePolicyTests {

	private static final String PAYMENTS = "resilience.dependencies.payments.";

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
		.withUserConfiguration(Payments.class)
		.withPropertyValues(PAYMENTS + "retry.backoff.initial=0ms", PAYMENTS + "idempotent=true",
				PAYMENTS + "retry.max-attempts=3", "resilience.dependencies.alone.type=degraded");

	@Test
	void aChangedPolicyHoldsForTheNextCall() {
		this.runner.run((context) -> {
			Payments payments = context.getBean(Payments.class);
			assertThatIllegalStateException().isThrownBy(payments::fail);
			assertThat(payments.calls()).hasValue(3);
			change(context, "payments", "retry.max-attempts=1");
			assertThatIllegalStateException().isThrownBy(payments::fail);
			assertThat(payments.calls()).hasValue(4);
			assertThat(map(context, "payments").retry().maxAttempts()).isEqualTo(1);
			assertThat(map(context, "payments").operations())
				.allSatisfy((operation) -> assertThat(operation.maxAttempts()).isEqualTo(1));
			assertThat(map(context, "payments").sources()).containsEntry("retry.max-attempts",
					"retry.max-attempts, changed at run time");
		});
	}

	@Test
	void aChangeGoesBeforeThatOfASingleMethodInTheProperties() {
		this.runner.withPropertyValues(PAYMENTS + "operations.fail.retry.max-attempts=2").run((context) -> {
			change(context, "payments", "retry.max-attempts=4");
			assertThatIllegalStateException().isThrownBy(context.getBean(Payments.class)::fail);
			assertThat(context.getBean(Payments.class).calls()).hasValue(4);
			change(context, "payments", "operations.fail.retry.max-attempts=1");
			assertThatIllegalStateException().isThrownBy(context.getBean(Payments.class)::fail);
			assertThat(context.getBean(Payments.class).calls()).hasValue(5);
		});
	}

	@Test
	void changesAddUpAndCanBeTakenBack() {
		this.runner.run((context) -> {
			change(context, "payments", "retry.max-attempts=1");
			change(context, "payments", "timeout=7s");
			change(context, "payments", "retry.maxAttempts = 2");
			assertThat(map(context, "payments").timeout()).isEqualTo("PT7S");
			assertThat(map(context, "payments").retry().maxAttempts()).isEqualTo(2);
			change(context, "payments", "retry.max-attempts=");
			assertThat(map(context, "payments").timeout()).isEqualTo("PT7S");
			assertThat(map(context, "payments").retry().maxAttempts()).isEqualTo(3);
			assertThat(map(context, "payments").sources()).containsEntry("retry.max-attempts",
					PAYMENTS + "retry.max-attempts");
		});
	}

	@Test
	void aChangedPartOfALimitLeavesItsOtherPartsAlone() {
		this.runner.withPropertyValues(PAYMENTS + "rate-limit.permits=5", PAYMENTS + "rate-limit.per=1h")
			.run((context) -> {
				change(context, "payments", "rate-limit.permits=2");
				assertThat(guard(context, "payments").policy().rateLimit()).satisfies((limit) -> {
					assertThat(limit.permits()).isEqualTo(2);
					assertThat(limit.per()).hasHours(1);
				});
			});
	}

	@Test
	void permitsListenersAndTheBreakerSurvive() {
		this.runner.run((context) -> {
			Payments payments = context.getBean(Payments.class);
			Guard guard = guard(context, "payments");
			assertThatIllegalStateException().isThrownBy(payments::fail);
			Thread caller = new Thread(payments::block);
			caller.start();
			assertThat(payments.blocked().await(20, TimeUnit.SECONDS)).isTrue();
			change(context, "payments", "bulkhead.max-concurrent=2");
			assertThat(guard(context, "payments")).isSameAs(guard);
			assertThat(guard.inFlight()).isEqualTo(1);
			assertThat(guard.readBreaker().calls()).isEqualTo(3);
			assertThat(guard.signals().failures()).hasSize(1);
			payments.gate().countDown();
			caller.join();
			assertThat(guard.inFlight()).isZero();
			assertThat(guard.readBreaker().calls()).isEqualTo(4);
		});
	}

	@Test
	void anOpenBreakerStaysOpen() {
		this.runner.withPropertyValues(PAYMENTS + "breaker.min-calls=3").run((context) -> {
			assertThatIllegalStateException().isThrownBy(context.getBean(Payments.class)::fail);
			assertThat(guard(context, "payments").readBreaker().state()).isEqualTo(BreakerState.OPEN);
			change(context, "payments", "breaker.min-calls=100");
			assertThat(guard(context, "payments").readBreaker().state()).isEqualTo(BreakerState.OPEN);
		});
	}

	@Test
	void theTypeAndTheWayOutCanChange() {
		this.runner.run((context) -> {
			Payments payments = context.getBean(Payments.class);
			change(context, "payments", "operations.rate.fallback=lastRate");
			assertThat(payments.rate(false)).isEqualTo("fallback");
			change(context, "payments", "operations.rate.type=degraded");
			assertThat(map(context, "payments").operations()).anySatisfy((operation) -> {
				assertThat(operation.method()).endsWith(".rate");
				assertThat(operation.type()).isEqualTo(DependencyType.DEGRADED);
			});
			assertThat(map(context, "payments").type()).isEqualTo(DependencyType.CRITICAL);
			assertThat(payments.rate(false)).isEqualTo("fallback");
		});
	}

	@Test
	void lastGoodValuesSurviveTheChangeOfSomethingElse() {
		this.runner
			.withPropertyValues(PAYMENTS + "operations.rate.type=degraded",
					PAYMENTS + "operations.rate.last-good.max-age=1h")
			.run((context) -> {
				Payments payments = context.getBean(Payments.class);
				assertThat(payments.rate(true)).isEqualTo("1.17");
				change(context, "payments", "timeout=3s");
				payments.breakDown();
				assertThat(payments.rate(true)).isEqualTo("1.17");
			});
	}

	@Test
	void handedInWorkFollows() {
		this.runner.run((context) -> {
			Dependencies dependencies = context.getBean(Dependencies.class);
			AtomicInteger calls = new AtomicInteger();
			change(context, "alone", "idempotent=true");
			for (int attempts = 1; attempts <= 3; attempts++) {
				change(context, "alone", "retry.backoff.initial=0ms");
				change(context, "alone", "retry.max-attempts=" + attempts);
				calls.set(0);
				assertThatIllegalStateException().isThrownBy(() -> dependencies.call("alone", () -> {
					calls.incrementAndGet();
					throw new IllegalStateException();
				}));
				assertThat(calls).hasValue(attempts);
			}
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			textBlock = """
					retry.max-attempts                | 'policy' is 'retry.max-attempts', must be a setting and its value, for example retry.max-attempts=2
					retry.max-attempts=0              | 'retry.max-attempts, changed at run time' has the value '0', allowed is a whole number from 1 to 1000
					retry.max-attempts=many           | 'retry.max-attempts' has the value 'many', which makes no sense: For input string: "many"
					breaker.failure-rate=50           | 'breaker.failure-rate' has the value '50', which makes no sense: a rate is written as '50%' or '0.5'
					timeout=soon                      | 'timeout' has the value 'soon', which makes no sense: 'soon' is not a valid duration
					tiemout=3s                        | [tiemout]: there is no such setting
					retry.backoff.strategy=wild       | 'retry.backoff.strategy' has the value 'wild', allowed is one of [exponential, linear, fixed]
					operations.unknown.timeout=3s     | 'resilience.dependencies.payments.operations' has the value 'unknown', allowed is the name of an annotated method
					operations.fail.breaker.probes=1  | 'resilience.dependencies.payments.operations.fail.breaker' has the value '(several keys)', allowed is no value here
					operations.rate.fallback=nothing  | The fallback 'nothing' of
					operations.rate.type=degraded     | The DEGRADED @Dependency method
					operations.rate.delivery=durable  | 'operations.rate.delivery, changed at run time' asks for durable delivery of
					rate-limit.per=1s                 | 'rate-limit.permits, changed at run time' has the value '', allowed is the number of calls
					health-check=nowhere              | 'health-check, changed at run time' has the value 'nowhere', allowed is an http or https URL
					""")
	void whatMakesNoSenseChangesNothing(String assignment, String reason) {
		this.runner.run((context) -> {
			DependencyDescriptor before = map(context, "payments");
			assertThatIllegalArgumentException().isThrownBy(() -> change(context, "payments", assignment))
				.satisfies((ex) -> assertThat(ex.getMessage()).startsWith(reason));
			DependencyDescriptor after = map(context, "payments");
			assertThat(after.sources()).isEqualTo(before.sources());
			assertThat(after.operations()).isEqualTo(before.operations());
			// nor does it spoil what comes later
			change(context, "payments", "timeout=1s");
			assertThat(map(context, "payments").timeout()).isEqualTo("PT1S");
		});
	}

	@Test
	void followsTheEnvironment() {
		this.runner.run((context) -> {
			set(context, PAYMENTS + "retry.max-attempts=2", PAYMENTS + "bulkhead.max-concurrent=3",
					"resilience.dependencies.fresh.type=optional", "resilience.types.degraded.timeout=9s");
			assertThat(map(context, "payments").retry().maxAttempts()).isEqualTo(2);
			assertThat(map(context, "payments").bulkhead().limit()).isEqualTo(3);
			assertThat(map(context, "payments").sources()).containsEntry("bulkhead.max-concurrent",
					PAYMENTS + "bulkhead.max-concurrent");
			assertThat(map(context, "alone").timeout()).isEqualTo("PT9S");
			assertThat(map(context, "fresh").type()).isEqualTo(DependencyType.OPTIONAL);
			assertThatNoException().isThrownBy(() -> context.getBean(Dependencies.class).run("fresh", () -> {
			}));
		});
	}

	@Test
	void whatWasChangedOutlivesAChangeOfTheEnvironment() {
		this.runner.run((context) -> {
			change(context, "payments", "retry.max-attempts=5");
			set(context, PAYMENTS + "retry.max-attempts=2", PAYMENTS + "timeout=8s");
			assertThat(map(context, "payments").retry().maxAttempts()).isEqualTo(5);
			assertThat(map(context, "payments").timeout()).isEqualTo("PT8S");
		});
	}

	@ParameterizedTest
	@CsvSource({ "retry.max-attempts=0", "retry.max-attempts=many", "retry.attempts=1", "mode=sometimes",
			"operations.other.timeout=1s", "operations.rate.fallback=nothing" })
	void anEnvironmentThatMakesNoSenseChangesNothing(String property) {
		this.runner.run((context) -> {
			set(context, PAYMENTS + property, PAYMENTS + "timeout=8s");
			assertThat(map(context, "payments").timeout()).isEqualTo("PT10S");
			assertThat(map(context, "payments").retry().maxAttempts()).isEqualTo(3);
			change(context, "payments", "timeout=4s");
			assertThat(map(context, "payments").timeout()).isEqualTo("PT4S");
		});
	}

	@Test
	void followsWhatAPlaceholderStandsFor() {
		this.runner.withPropertyValues("partner.patience=7s", PAYMENTS + "timeout=${partner.patience}")
			.run((context) -> {
				assertThat(map(context, "payments").timeout()).isEqualTo("PT7S");
				TestPropertyValues.of("partner.patience=8s").applyTo(context);
				context.publishEvent(new EnvironmentChangeEvent(Set.of("partner.patience")));
				assertThat(map(context, "payments").timeout()).isEqualTo("PT8S");
			});
	}

	@Test
	void followsPropertiesAsTheyWereReadAtTheStart() {
		this.runner.withUserConfiguration(OwnFormats.class)
			.withPropertyValues(PAYMENTS + "timeout=a while")
			.run((context) -> {
				assertThat(map(context, "payments").timeout()).isEqualTo("PT6S");
				assertThat(map(context, "local").timeout()).isEqualTo("PT9S");
				set(context, PAYMENTS + "retry.max-attempts=2",
						PAYMENTS + "ignore=java.io.IOException,java.lang.Error");
				assertThat(map(context, "payments").retry().maxAttempts()).isEqualTo(2);
				assertThat(map(context, "payments").timeout()).isEqualTo("PT6S");
				assertThat(map(context, "local").timeout()).isEqualTo("PT9S");
			});
	}

	@Test
	void workOfAnUnknownDependencyIsCheckedToo() {
		this.runner.withPropertyValues("resilience.allow-unknown=true").run((context) -> {
			Dependencies dependencies = context.getBean(Dependencies.class);
			dependencies.run("tenant", () -> {
			});
			assertThatIllegalArgumentException().isThrownBy(() -> change(context, "tenant", "slow-call=0s"));
			assertThatIllegalArgumentException().isThrownBy(() -> change(context, "tenant", "delivery=durable"));
			assertThatIllegalArgumentException().isThrownBy(() -> change(context, "tenant", "operations.x.timeout=1s"));
			assertThatNoException().isThrownBy(() -> dependencies.run("tenant", () -> {
			}));
		});
	}

	@Test
	void lastGoodValuesSurviveAChangeOfTheirOwnSettings() {
		this.runner
			.withPropertyValues(PAYMENTS + "operations.rate.type=degraded",
					PAYMENTS + "operations.rate.last-good.max-age=1h")
			.run((context) -> {
				Payments payments = context.getBean(Payments.class);
				assertThat(payments.rate(true)).isEqualTo("1.17");
				change(context, "payments", "operations.rate.last-good.max-entries=7");
				payments.breakDown();
				assertThat(payments.rate(true)).isEqualTo("1.17");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "tim\neout=1s", "time out=1s", "=1s", "[=1s", "]=1s", "a..b=1s", ".timeout=1s",
			"timeout.=1s", "timeout[0]=1s", "operations.=1s", "operations.[rate.timeout=1s",
			"operations.[rate].timeout.x=1s", "operations[0]=1s", "ignore[0]=java.io.File", "ignore=nothing",
			"ignore=java.lang.String", "timeout=${partner.patience}", "retry=1", "health-check=${a}",
			"fallback=none#none", "retry.max-attempts=99999999999", "timeout=-1s", "queue=0", "\u001b[31mtimeout=1s",
			"switch=sometimes", "rate-limit.shared=true", "breaker.window=0" })
	void nonsenseOfAllKindsIsRefusedWithAReason(String assignment) {
		this.runner.run((context) -> assertThatIllegalArgumentException()
			.isThrownBy(() -> change(context, "payments", assignment))
			.withMessageNotContaining("null"));
	}

	@Test
	void aDependencyThatIsNoLongerConfiguredStays() {
		this.runner.run((context) -> {
			set(context, "resilience.dependencies.fresh.type=optional", "resilience.dependencies.fresh.timeout=9s");
			context.getEnvironment().getPropertySources().remove("test");
			context.publishEvent(new EnvironmentChangeEvent(Set.of("resilience.dependencies.fresh.type")));
			assertThat(map(context, "fresh").type()).isEqualTo(DependencyType.OPTIONAL);
			assertThat(map(context, "fresh").timeout()).isEqualTo("PT3S");
		});
	}

	@Test
	void worksWithoutSpringCloud() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
			.withPropertyValues("resilience.dependencies.alone.type=degraded")
			.withClassLoader(new FilteredClassLoader(EnvironmentChangeEvent.class))
			.run((context) -> {
				assertThat(context).doesNotHaveBean("resilienceEnvironmentChanges");
				change(context, "alone", "timeout=8s");
				assertThat(map(context, "alone").timeout()).isEqualTo("PT8S");
			});
	}

	@Test
	void callsAndChangesSideBySideLeaveNothingHeld() throws Exception {
		this.runner.withPropertyValues(PAYMENTS + "isolation=caller", PAYMENTS + "bulkhead.max-wait=10s")
			.run((context) -> {
				Payments payments = context.getBean(Payments.class);
				AtomicInteger done = new AtomicInteger();
				List<Thread> callers = IntStream.range(0, 8).mapToObj((i) -> new Thread(() -> {
					for (int call = 0; call < 2_000; call++) {
						assertThat(payments.rate(true)).isEqualTo("1.17");
						done.incrementAndGet();
					}
				})).toList();
				callers.forEach(Thread::start);
				int changes = 0;
				while (done.get() < 8 * 2_000 && callers.stream().anyMatch(Thread::isAlive)) {
					change(context, "payments", "bulkhead.max-concurrent=" + (1 + changes % 5));
					change(context, "payments", "breaker.min-calls=" + (10 + changes % 2));
					changes++;
				}
				for (Thread caller : callers) {
					caller.join();
				}
				assertThat(done).hasValue(8 * 2_000);
				assertThat(guard(context, "payments").inFlight()).isZero();
				assertThat(guard(context, "payments").readBreaker().state()).isEqualTo(BreakerState.CLOSED);
				assertThat(guard(context, "payments").signals().failures()).isEqualTo(Map.of());
			});
	}

	private static void change(ConfigurableApplicationContext context, String dependency, String assignment) {
		context.getBean(PolicyChanges.class).change(dependency, assignment);
	}

	private static void set(ConfigurableApplicationContext context, String... properties) {
		TestPropertyValues.of(properties).applyTo(context);
		context.publishEvent(new EnvironmentChangeEvent(Set.of("resilience.dependencies")));
	}

	private static DependencyDescriptor map(ConfigurableApplicationContext context, String dependency) {
		return Objects.requireNonNull(context.getBean(DependencyMapReader.class).read(dependency));
	}

	private static Guard guard(ConfigurableApplicationContext context, String dependency) {
		return Objects.requireNonNull(context.getBean(DependencyRegistry.class).find(dependency));
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnFormats {

		@Bean
		static PropertySourcesPlaceholderConfigurer placeholders() {
			PropertySourcesPlaceholderConfigurer placeholders = new PropertySourcesPlaceholderConfigurer();
			Properties local = new Properties();
			local.put("resilience.dependencies.local.type", "optional");
			local.put("resilience.dependencies.local.timeout", "9s");
			placeholders.setProperties(local);
			return placeholders;
		}

		@Bean
		@ConfigurationPropertiesBinding
		static Converter<String, Duration> patience() {
			return new Converter<>() {

				@Override
				public Duration convert(String text) {
					return "a while".equals(text) ? Duration.ofSeconds(6) : DurationStyle.detectAndParse(text);
				}

			};
		}

	}

	static class Payments {

		private final AtomicInteger calls = new AtomicInteger();

		private final CountDownLatch blocked = new CountDownLatch(1);

		private final CountDownLatch gate = new CountDownLatch(1);

		private volatile boolean broken;

		@Dependency(name = "payments", type = DependencyType.CRITICAL)
		public void fail() {
			this.calls.incrementAndGet();
			throw new IllegalStateException();
		}

		@Dependency(name = "payments", type = DependencyType.CRITICAL)
		public void block() {
			this.blocked.countDown();
			try {
				this.gate.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Dependency(name = "payments", type = DependencyType.CRITICAL)
		public String rate(boolean known) {
			if (!known || this.broken) {
				throw new IllegalStateException();
			}
			return "1.17";
		}

		AtomicInteger calls() {
			return this.calls;
		}

		CountDownLatch blocked() {
			return this.blocked;
		}

		CountDownLatch gate() {
			return this.gate;
		}

		void breakDown() {
			this.broken = true;
		}

		String lastRate(boolean known) {
			return "fallback";
		}

	}

}
