package dev.resilience.form;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.resilience.Dependency;
import dev.resilience.FailureKind;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceMetricsAutoConfiguration;
import dev.resilience.guard.BreakerReading;
import dev.resilience.guard.Guard;
import dev.resilience.registry.DependencyRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static dev.resilience.DependencyType.CRITICAL;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Virtual callers wait in the guard for a place, a token, the next attempt and their
 * partner, and never keep their carrier while they do.
 */
@Timeout(60)
@EnabledForJreRange(min = JRE.JAVA_21)
class PinningTests {

	private static final String PINNED = "jdk.VirtualThreadPinned";

	private static final int CALLERS = 60;

	private static final int CALLS = 20;

	@TempDir
	private Path directory;

	@Test
	void noCallPinsItsCaller() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceMetricsAutoConfiguration.class))
			.withBean(SimpleMeterRegistry.class)
			.withBean(Slow.class)
			.withPropertyValues(Stream
				.of("idempotent=true", "timeout=1m", "bulkhead.max-concurrent=8", "bulkhead.max-wait=5ms",
						"retry.backoff.initial=1ms", "retry.backoff.max=1ms", "retry.budget.ratio=1",
						"rate-limit.permits=5", "rate-limit.per=1ms", "rate-limit.max-wait=5ms", "breaker.window=10",
						"breaker.min-calls=5", "breaker.open-for=1ms", "breaker.probes=2")
				.map("resilience.dependencies.slow."::concat)
				.toArray(String[]::new))
			.run((context) -> {
				// classes are loaded and initialised once, and no JDK does that unpinned
				callers(context.getBean(Slow.class));
				List<RecordedEvent> pinned = record(() -> callers(context.getBean(Slow.class)));
				assertThat(pinned.stream().filter(PinningTests::isInTheGuard)).isEmpty();
				Guard guard = context.getBean(DependencyRegistry.class).guards().get(0);
				assertThatTheyHaveWaited(guard, context.getBean(MeterRegistry.class));
			});
	}

	private static void assertThatTheyHaveWaited(Guard guard, MeterRegistry meters) {
		BreakerReading breaker = guard.readBreaker();
		assertThat(breaker.refused()).isPositive();
		assertThat(guard.signals().failures()).containsKeys(FailureKind.REJECTED, FailureKind.CONNECTION_REFUSED);
		assertThat(meters.get("resilience.retries").tag("decision", "retried").counter().count()).isPositive();
		assertThat(guard.inFlight()).isZero();
	}

	@Test
	void aCallerThatIsPinnedIsFound() throws Exception {
		List<RecordedEvent> pinned = record(
				() -> join(List.of(caller(() -> assertThat(Pinning.INSTANCE).isNotNull()))));
		assertThat(pinned).anySatisfy((event) -> assertThat(classes(event)).contains(Pinning.class.getName()));
	}

	private List<RecordedEvent> record(Runnable calls) throws IOException {
		Path file = this.directory.resolve("pinned.jfr");
		try (Recording recording = new Recording()) {
			recording.enable(PINNED).withThreshold(Duration.ZERO).withStackTrace();
			recording.start();
			calls.run();
			recording.stop();
			recording.dump(file);
		}
		return RecordingFile.readAllEvents(file)
			.stream()
			.filter((event) -> event.getEventType().getName().equals(PINNED))
			.toList();
	}

	private static boolean isInTheGuard(RecordedEvent event) {
		Set<String> classes = classes(event);
		return !classes.contains(ClassLoader.class.getName()) && classes.stream()
			.anyMatch((name) -> name.startsWith("dev.resilience.") && !name.contains("PinningTests"));
	}

	private static Set<String> classes(RecordedEvent event) {
		return event.getStackTrace()
			.getFrames()
			.stream()
			.map(RecordedFrame::getMethod)
			.map((method) -> method.getType().getName())
			.collect(Collectors.toSet());
	}

	private static void callers(Slow slow) {
		List<Thread> callers = new ArrayList<>();
		for (int i = 0; i < CALLERS; i++) {
			callers.add(caller(() -> {
				for (int call = 0; call < CALLS; call++) {
					try {
						slow.call();
					}
					catch (Exception ex) {
						// counted
					}
				}
			}));
		}
		join(callers);
	}

	private static Thread caller(Runnable calls) {
		Thread thread = Isolation.VIRTUAL_CALLER.newCaller(calls);
		thread.start();
		return thread;
	}

	private static void join(List<Thread> callers) {
		for (Thread caller : callers) {
			try {
				caller.join();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

	static class Slow {

		@Dependency(name = "slow", type = CRITICAL)
		public void call() throws Exception {
			Thread.sleep(1);
			if (ThreadLocalRandom.current().nextInt(3) == 0) {
				throw new ConnectException();
			}
		}

	}

	/** Whoever waits while a class is initialised is pinned on every JDK. */
	private static final class Pinning {

		private static final Object INSTANCE = sleep("pinned");

		private static Object sleep(Object value) {
			try {
				Thread.sleep(1);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			return value;
		}

	}

}
