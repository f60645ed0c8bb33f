package dev.resilience.registry;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

import dev.resilience.Dependencies;
import dev.resilience.DependencyType;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceMetricsAutoConfiguration;
import dev.resilience.guard.Guard;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Dependencies that nobody has configured.
 */
@Timeout(60)
class UnknownDependenciesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceMetricsAutoConfiguration.class))
		.withBean(SimpleMeterRegistry.class)
		.withPropertyValues("resilience.dependencies.known.type=optional", "resilience.allow-unknown=true",
				"resilience.max-unknown=3");

	@Test
	void areCriticalAndOnTheMap() {
		with((context, dependencies) -> {
			assertThatIllegalStateException().isThrownBy(() -> dependencies.run("tenant-1", () -> {
				throw new IllegalStateException();
			}));
			Guard guard = context.getBean(DependencyRegistry.class).find("tenant-1");
			assertThat(guard).isNotNull();
			assertThat(guard.policy().type()).isEqualTo(DependencyType.CRITICAL);
			assertThat(guard.readBreaker().calls()).isEqualTo(1);
			assertThat(context.getBean(DependencyMapReader.class).read().dependencies()).containsOnlyKeys("known",
					"tenant-1");
		});
	}

	@Test
	void theOneThatWasNotCalledForTheLongestTimeMakesRoom() {
		with((context, dependencies) -> {
			for (int i = 1; i <= 3; i++) {
				call(dependencies, "tenant-" + i);
			}
			call(dependencies, "tenant-1");
			call(dependencies, "tenant-4");
			assertThat(names(context)).containsExactly("known", "tenant-1", "tenant-3", "tenant-4");
		});
	}

	@Test
	void oneThatRunsIsKeptWhileOthersCanGo() {
		with((context, dependencies) -> {
			CountDownLatch running = new CountDownLatch(1);
			CountDownLatch gate = new CountDownLatch(1);
			Thread caller = new Thread(() -> dependencies.run("tenant-1", () -> {
				running.countDown();
				await(gate);
			}));
			caller.start();
			await(running);
			for (int i = 2; i <= 5; i++) {
				call(dependencies, "tenant-" + i);
			}
			assertThat(names(context)).containsExactly("known", "tenant-1", "tenant-4", "tenant-5");
			gate.countDown();
			join(caller);
		});
	}

	@Test
	void thousandsOfNamesLeaveNothingBehind() {
		with((context, dependencies) -> {
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			call(dependencies, "tenant");
			int metersOfOne = metersOf(meters, "tenant");
			for (int i = 0; i < 5_000; i++) {
				call(dependencies, "tenant-" + i);
			}
			assertThat(names(context)).hasSize(4);
			assertThat(metersOf(meters, "tenant")).isZero();
			assertThat(meters.getMeters()).hasSize(3 * metersOfOne + metersOf(meters, "known"));
		});
	}

	@Test
	void aCallThatEndsAfterItsDependencyIsForgottenLeavesNoMeters() {
		with((context, dependencies) -> {
			CountDownLatch running = new CountDownLatch(3);
			CountDownLatch gate = new CountDownLatch(1);
			List<Thread> callers = IntStream.rangeClosed(1, 3)
				.mapToObj((i) -> new Thread(() -> dependencies.run("tenant-" + i, () -> {
					running.countDown();
					await(gate);
				})))
				.toList();
			callers.forEach(Thread::start);
			await(running);
			// all are busy: the bound holds nevertheless
			call(dependencies, "tenant-4");
			assertThat(names(context)).hasSize(4).contains("tenant-4");
			gate.countDown();
			callers.forEach(UnknownDependenciesTests::join);
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			for (int i = 1; i <= 3; i++) {
				assertThat(metersOf(meters, "tenant-" + i) > 0).isEqualTo(names(context).contains("tenant-" + i));
			}
		});
	}

	@Test
	void aCallThatEndsAfterItsDependencyHasComeBackTakesItsMetersFromNobody() {
		this.runner.withPropertyValues("resilience.max-unknown=1").run((context) -> {
			Dependencies dependencies = context.getBean(Dependencies.class);
			CountDownLatch running = new CountDownLatch(1);
			CountDownLatch gate = new CountDownLatch(1);
			Thread caller = new Thread(() -> dependencies.run("tenant-1", () -> {
				running.countDown();
				await(gate);
			}));
			caller.start();
			await(running);
			call(dependencies, "tenant-2");
			call(dependencies, "tenant-1");
			gate.countDown();
			join(caller);
			call(dependencies, "tenant-1");
			assertThat(context.getBean(MeterRegistry.class)
				.get("resilience.calls")
				.tag("dependency", "tenant-1")
				.timer()
				.count()).isEqualTo(2);
		});
	}

	@Test
	void oneThatIsConfiguredMeanwhileStays() {
		with((context, dependencies) -> {
			call(dependencies, "tenant-1");
			TestPropertyValues
				.of("resilience.dependencies.tenant-1.type=critical", "resilience.dependencies.tenant-1.timeout=7s")
				.applyTo((ConfigurableApplicationContext) context);
			context.publishEvent(new EnvironmentChangeEvent(Set.of("resilience")));
			for (int i = 2; i <= 5; i++) {
				call(dependencies, "tenant-" + i);
			}
			assertThat(names(context)).containsExactly("known", "tenant-1", "tenant-3", "tenant-4", "tenant-5");
		});
	}

	@Test
	void comesBackAsItWasChanged() {
		with((context, dependencies) -> {
			call(dependencies, "tenant-1");
			context.getBean(PolicyChanges.class).change("tenant-1", "type=optional");
			for (int i = 2; i <= 4; i++) {
				call(dependencies, "tenant-" + i);
			}
			assertThat(names(context)).doesNotContain("tenant-1");
			call(dependencies, "tenant-1");
			assertThat(context.getBean(DependencyRegistry.class).find("tenant-1").policy().type())
				.isEqualTo(DependencyType.OPTIONAL);
		});
	}

	@Test
	void aStormOfNewNamesKeepsToTheBound() {
		with((context, dependencies) -> {
			AtomicInteger made = new AtomicInteger();
			List<Thread> callers = IntStream.range(0, 8).mapToObj((caller) -> new Thread(() -> {
				for (int i = 0; i < 500; i++) {
					call(dependencies, "tenant-" + (i * (caller + 1)) % 37);
					made.incrementAndGet();
				}
			})).toList();
			callers.forEach(Thread::start);
			callers.forEach(UnknownDependenciesTests::join);
			assertThat(made).hasValue(8 * 500);
			assertThat(names(context)).hasSize(4);
			assertThat(context.getBean(MeterRegistry.class)
				.getMeters()
				.stream()
				.map((meter) -> meter.getId().getTag("dependency"))
				.distinct()).containsExactlyInAnyOrderElementsOf(names(context));
		});
	}

	@Test
	void comesBackWithAFreshState() {
		with((context, dependencies) -> {
			assertThatIllegalStateException().isThrownBy(() -> dependencies.run("tenant-1", () -> {
				throw new IllegalStateException();
			}));
			for (int i = 2; i <= 4; i++) {
				call(dependencies, "tenant-" + i);
			}
			call(dependencies, "tenant-1");
			Guard guard = context.getBean(DependencyRegistry.class).find("tenant-1");
			assertThat(guard.readBreaker().failureRate()).isZero();
		});
	}

	@Test
	void aNameMustNotBeBlank() {
		with((context, dependencies) -> assertThatIllegalArgumentException().isThrownBy(() -> call(dependencies, " "))
			.withMessage("The name of a dependency must not be blank"));
	}

	private void with(BiConsumer<ApplicationContext, Dependencies> test) {
		this.runner.run((context) -> test.accept(context, context.getBean(Dependencies.class)));
	}

	private static void call(Dependencies dependencies, String name) {
		assertThat(dependencies.<String, RuntimeException>call(name, () -> "called")).isEqualTo("called");
	}

	private static List<String> names(ApplicationContext context) {
		return context.getBean(DependencyRegistry.class)
			.guards()
			.stream()
			.map((guard) -> guard.policy().name())
			.toList();
	}

	private static int metersOf(MeterRegistry meters, String dependency) {
		return (int) meters.getMeters()
			.stream()
			.filter((meter) -> dependency.equals(meter.getId().getTag("dependency")))
			.count();
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void join(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
