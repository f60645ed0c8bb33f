package dev.resilience.metrics;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;

import dev.resilience.Dependencies;
import dev.resilience.DependencyTimeoutException;
import dev.resilience.ReactiveDependencies;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceMetricsAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceTracingAutoConfiguration;
import dev.resilience.guard.Tracing;
import dev.resilience.registry.DependencyRegistry;
import dev.resilience.signal.CallListener;
import io.micrometer.common.KeyValue;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.test.simple.SimpleTracer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * The traces of calls.
 */
@Timeout(60)
class TracingTests {

	private final TestObservationRegistry observations = TestObservationRegistry.create();

	private final Recorder recorder = new Recorder();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class,
				ResilienceTracingAutoConfiguration.class, ResilienceMetricsAutoConfiguration.class))
		.withBean(ObservationRegistry.class, () -> this.observations)
		.withBean(Tracer.class, SimpleTracer::new)
		.withPropertyValues("resilience.dependencies.payments.type=critical",
				"resilience.dependencies.payments.idempotent=true",
				"resilience.dependencies.payments.retry.backoff.initial=1ms",
				"resilience.dependencies.mail.type=optional");

	private final ObservationRegistry before = ObservationThreadLocalAccessor.getInstance().getObservationRegistry();

	// as Boot does
	@BeforeEach
	void propagate() {
		this.observations.observationConfig().observationHandler(this.recorder);
		ObservationThreadLocalAccessor.getInstance().setObservationRegistry(this.observations);
	}

	@AfterEach
	void restore() {
		ObservationThreadLocalAccessor.getInstance().setObservationRegistry(this.before);
	}

	@ParameterizedTest
	@ValueSource(strings = { "caller", "thread" })
	void aCallIsOneObservationWithItsAttemptsAsEvents(String isolation) {
		this.runner.withPropertyValues("resilience.dependencies.payments.isolation=" + isolation).run((context) -> {
			AtomicReference<Observation> within = new AtomicReference<>();
			context.getBean(Dependencies.class).call("payments", () -> {
				if (within.getAndSet(this.observations.getCurrentObservation()) == null) {
					throw new IllegalStateException();
				}
				return "value";
			});
			assertThat(this.observations.getCurrentObservation()).isNull();
			Observation.Context call = onlyCall();
			assertThat(within.get().getContext()).isSameAs(call);
			assertThat(keys(call)).containsExactly("dependency=payments", "failure=none", "operation=payments",
					"outcome=success", "type=critical");
			assertThat(call.getContextualName()).isEqualTo("payments");
			assertThat(events()).containsExactly("attempt 1", "attempt 1 failed: unknown", "attempt 2");
			assertThat(call.getError()).isNull();
		});
	}

	// an exemplar names what is current
	@ParameterizedTest
	@ValueSource(strings = { "caller", "thread" })
	void whatListensToACallIsToldWithinIt(String isolation) {
		Queue<Observation.Context> told = new ConcurrentLinkedQueue<>();
		this.runner.withPropertyValues("resilience.dependencies.payments.isolation=" + isolation)
			.withBean(CallListener.Factory.class, () -> (dependency) -> (event) -> {
				Observation current = this.observations.getCurrentObservation();
				told.add((current != null) ? current.getContext() : new Observation.Context());
			})
			.run((context) -> {
				context.getBean(Dependencies.class).run("payments", () -> {
				});
				assertThat(told).containsExactly(onlyCall());
				assertThat(this.observations.getCurrentObservation()).isNull();
			});
	}

	@Test
	void theSurroundingObservationIsTheParent() {
		with((context, dependencies) -> {
			Observation request = Observation.start("request", this.observations);
			try (Observation.Scope scope = request.openScope()) {
				dependencies.run("payments", () -> {
				});
				dependencies.run("mail", () -> {
				});
			}
			request.stop();
			await().untilAsserted(() -> assertThat(calls()).hasSize(2)
				.allSatisfy((call) -> assertThat(call.getParentObservation()).isSameAs(request)));
		});
	}

	@Test
	void aFallbackIsMarked() {
		with((context, dependencies) -> {
			IllegalStateException failure = new IllegalStateException();
			assertThat(dependencies.<String, RuntimeException>call("mail", () -> {
				throw failure;
			}, (ex) -> "fallback")).isEqualTo("fallback");
			assertThat(keys(onlyCall())).contains("outcome=fallback", "failure=unknown");
			assertThat(events()).endsWith("fallback");
			assertThat(onlyCall().getError()).isSameAs(failure);
		});
	}

	@Test
	void aRefusalIsTracedWithoutAnException() {
		this.runner.withPropertyValues("resilience.dependencies.mail.switch=off").run((context) -> {
			context.getBean(Dependencies.class).<String, RuntimeException>call("mail", () -> "value");
			assertThat(keys(onlyCall())).contains("outcome=fallback", "failure=rejected");
			assertThat(onlyCall().getError()).isNull();
			assertThat(events()).containsExactly("attempt 1 failed: rejected", "fallback");
		});
	}

	@Test
	void aStageIsTracedUntilItCompletes() {
		with((context, dependencies) -> {
			CompletableFuture<String> stage = new CompletableFuture<>();
			AtomicReference<Observation> within = new AtomicReference<>();
			CompletableFuture<String> result = dependencies.callAsync("payments", () -> {
				within.set(this.observations.getCurrentObservation());
				return stage;
			});
			assertThat(this.observations.getCurrentObservation()).isNull();
			assertThat(keys(onlyCall())).doesNotContain("outcome=success");
			stage.complete("value");
			assertThat(result).isCompletedWithValue("value");
			assertThat(keys(onlyCall())).contains("outcome=success");
			assertThat(within.get().getContext()).isSameAs(onlyCall());
		});
	}

	@Test
	void whatItsCallerGivesUpIsCancelled() {
		with((context, dependencies) -> {
			dependencies.callAsync("payments", () -> new CompletableFuture<String>()).cancel(true);
			assertThat(keys(onlyCall())).contains("outcome=cancelled");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "enforce", "observe" })
	void aMonoIsTracedInTheContextOfItsSubscriber(String mode) {
		this.runner.withPropertyValues("resilience.dependencies.payments.mode=" + mode).run((context) -> {
			Observation request = Observation.start("request", this.observations);
			AtomicReference<Object> within = new AtomicReference<>();
			Mono<String> source = Mono.deferContextual((subscriber) -> {
				within.set(subscriber.get(ObservationThreadLocalAccessor.KEY));
				return Mono.just("value");
			});
			source.transform(context.getBean(ReactiveDependencies.class).<String>mono("payments"))
				.contextWrite((subscriber) -> subscriber.put(ObservationThreadLocalAccessor.KEY, request))
				.block(Duration.ofSeconds(20));
			Observation.Context call = onlyCall();
			assertThat(call.getParentObservation()).isSameAs(request);
			assertThat(((Observation) Objects.requireNonNull(within.get())).getContext()).isSameAs(call);
			assertThat(keys(call)).contains("outcome=success");
		});
	}

	@Test
	void aHandlerThatFailsFailsNoCall() {
		this.observations.observationConfig().observationHandler(new FailingHandler());
		with((context, dependencies) -> {
			assertThat(dependencies.<String, RuntimeException>call("payments", () -> "value")).isEqualTo("value");
			assertThat(this.observations.getCurrentObservation()).isNull();
			assertThatIllegalStateException().isThrownBy(() -> dependencies.run("payments", () -> {
				throw new IllegalStateException("own");
			})).withMessage("own");
		});
	}

	@Test
	void aPredicateThatFailsFailsNoCall() {
		this.observations.observationConfig().observationPredicate((name, context) -> {
			throw new IllegalArgumentException("predicate");
		});
		with((context, dependencies) -> {
			assertThat(dependencies.<String, RuntimeException>call("payments", () -> "value")).isEqualTo("value");
			CountDownLatch sent = new CountDownLatch(1);
			dependencies.run("mail", sent::countDown);
			await().until(() -> sent.getCount() == 0
					&& context.getBean(DependencyRegistry.class).find("mail").inFlight() == 0);
		});
	}

	@Test
	void whatIsNotToBeObservedIsCalledWithinItsSurroundings() {
		this.observations.observationConfig().observationPredicate((name, context) -> !"dependency.call".equals(name));
		with((context, dependencies) -> {
			Observation request = Observation.start("request", this.observations);
			try (Observation.Scope scope = request.openScope()) {
				assertThat(dependencies.<Object, RuntimeException>call("payments",
						() -> this.observations.getCurrentObservation()))
					.isSameAs(request);
				assertThat(this.observations.getCurrentObservation()).isSameAs(request);
			}
			request.stop();
			assertThat(calls()).isEmpty();
		});
	}

	@Test
	void aWorkerThatWasGivenUpTracesNothingAfterwards() {
		ExecutorService workers = Executors.newSingleThreadExecutor();
		this.runner.withBean("resilienceExecutor", Executor.class, () -> workers)
			.withPropertyValues("resilience.dependencies.payments.timeout=50ms",
					"resilience.dependencies.payments.isolation=thread")
			.run((context) -> {
				CountDownLatch gate = new CountDownLatch(1);
				AtomicReference<Observation> within = new AtomicReference<>();
				assertThatExceptionOfType(DependencyTimeoutException.class)
					.isThrownBy(() -> context.getBean(Dependencies.class).run("payments", () -> {
						while (gate.getCount() > 0) {
							Thread.onSpinWait();
						}
						within.set(this.observations.getCurrentObservation());
					}));
				assertThat(this.observations.getCurrentObservation()).isNull();
				assertThat(keys(onlyCall())).contains("failure=timeout");
				gate.countDown();
				assertThat(workers.submit(this.observations::getCurrentObservation).get(20, TimeUnit.SECONDS)).isNull();
				assertThat(within.get().getContext()).isSameAs(onlyCall());
			});
		workers.shutdown();
	}

	@Test
	void nothingIsTracedWithoutATracer() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceTracingAutoConfiguration.class))
			.withBean(ObservationRegistry.class, () -> this.observations)
			.withPropertyValues("resilience.dependencies.payments.type=critical")
			.run((context) -> {
				assertThat(context).doesNotHaveBean(Tracing.class).doesNotHaveBean(MeterFilter.class);
				context.getBean(Dependencies.class).run("payments", () -> {
				});
				assertThat(calls()).isEmpty();
			});
		this.runner.withClassLoader(new FilteredClassLoader(Tracer.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(Tracing.class));
	}

	@Test
	void tracesAreNoMetersBesides() {
		this.runner.run((context) -> {
			MeterFilter filter = context.getBean(MeterFilter.class);
			MeterRegistry meters = new SimpleMeterRegistry();
			meters.config().meterFilter(filter);
			meters.counter("dependency.call.attempt").increment();
			meters.timer("dependency.call").record(Duration.ofMillis(1));
			meters.counter("resilience.retries").increment();
			// of the application
			meters.counter("dependency.calls").increment();
			assertThat(meters.getMeters()).extracting((meter) -> meter.getId().getName())
				.containsExactlyInAnyOrder("resilience.retries", "dependency.calls");
		});
	}

	private void with(BiConsumer<ApplicationContext, Dependencies> test) {
		this.runner.run((context) -> test.accept(context, context.getBean(Dependencies.class)));
	}

	private List<Observation.Context> calls() {
		return List.copyOf(this.recorder.calls);
	}

	private Observation.Context onlyCall() {
		assertThat(calls()).hasSize(1);
		return calls().get(0);
	}

	private static List<String> keys(Observation.Context call) {
		return call.getLowCardinalityKeyValues().stream().map(TracingTests::text).sorted().toList();
	}

	private static String text(KeyValue key) {
		return key.getKey() + "=" + key.getValue();
	}

	private List<String> events() {
		return List.copyOf(this.recorder.events);
	}

	private static final class Recorder implements ObservationHandler<Observation.Context> {

		private final Queue<Observation.Context> calls = new ConcurrentLinkedQueue<>();

		private final Queue<String> events = new ConcurrentLinkedQueue<>();

		@Override
		public void onStart(Observation.Context context) {
			this.calls.add(context);
		}

		@Override
		public void onEvent(Observation.Event event, Observation.Context context) {
			this.events.add(event.getContextualName());
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return "dependency.call".equals(context.getName());
		}

	}

	private static final class FailingHandler implements ObservationHandler<Observation.Context> {

		@Override
		public void onStart(Observation.Context context) {
			throw new IllegalArgumentException("onStart");
		}

		@Override
		public void onEvent(Observation.Event event, Observation.Context context) {
			throw new IllegalArgumentException("onEvent");
		}

		@Override
		public void onScopeOpened(Observation.Context context) {
			throw new IllegalArgumentException("onScopeOpened");
		}

		@Override
		public void onStop(Observation.Context context) {
			throw new IllegalArgumentException("onStop");
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

}
