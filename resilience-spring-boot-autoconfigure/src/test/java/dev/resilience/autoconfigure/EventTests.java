package dev.resilience.autoconfigure;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

import dev.resilience.BreakerState;
import dev.resilience.BreakerStateChanged;
import dev.resilience.CallsDeadLettered;
import dev.resilience.Dependencies;
import dev.resilience.DependencySwitched;
import dev.resilience.DependencyType;
import dev.resilience.IncidentBegan;
import dev.resilience.IncidentEnded;
import dev.resilience.LoggedLines;
import dev.resilience.SwitchPosition;
import dev.resilience.diagnosis.Comparison;
import dev.resilience.diagnosis.Deviation;
import dev.resilience.diagnosis.DeviationSignal;
import dev.resilience.diagnosis.Incidents;
import dev.resilience.diagnosis.Subject;
import dev.resilience.guard.Guard;
import dev.resilience.registry.DependencyRegistry;
import dev.resilience.signal.DeliveryResult;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The application events of dependencies.
 */
@Timeout(60)
class EventTests {

	private static final String PAYMENTS = "resilience.dependencies.payments.";

	@AutoClose
	private final LoggedLines lines = LoggedLines.ours();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
		.withBean(Listener.class)
		.withPropertyValues(PAYMENTS + "type=critical", PAYMENTS + "retry.max-attempts=1",
				PAYMENTS + "breaker.min-calls=2", PAYMENTS + "breaker.window=2", PAYMENTS + "breaker.probes=1",
				PAYMENTS + "breaker.open-for=1s", PAYMENTS + "switch=bypass");

	@Test
	void tellsOfTheBreakerOffTheThreadOfTheCall() {
		this.runner.withPropertyValues(PAYMENTS + "switch=auto").run((context) -> {
			Listener listener = context.getBean(Listener.class);
			fail(context);
			fail(context);
			assertThat(listener.next()).isEqualTo(
					new Told(new BreakerStateChanged("payments", BreakerState.CLOSED, BreakerState.OPEN), "worker"));
			assertThat(this.lines.of("payments", "Breaker of")).hasSize(1);
		});
	}

	@Test
	void tellsOfSwitchesInTheirOrder() {
		this.runner.run((context) -> {
			Guard guard = guard(context);
			IntStream.range(0, 500).forEach((i) -> guard.setSwitch(SwitchPosition.OFF, "no. " + i, null));
			for (int i = 0; i < 500; i++) {
				assertThat(context.getBean(Listener.class).next().event())
					.isEqualTo(new DependencySwitched("payments", SwitchPosition.OFF, "no. " + i, null));
			}
			assertThat(this.lines.of("payments", "Switch of dependency 'payments' is set")).hasSize(500);
		});
	}

	@Test
	void aSwitchThatReturnsByItselfIsNoticedAlthoughNobodyLooks() {
		this.runner.run((context) -> {
			guard(context).setSwitch(SwitchPosition.OFF, "maintenance", Duration.ofMillis(20));
			Listener listener = context.getBean(Listener.class);
			assertThat(listener.next().event()).isEqualTo(
					new DependencySwitched("payments", SwitchPosition.OFF, "maintenance", Duration.ofMillis(20)));
			assertThat(listener.next().event()).isEqualTo(new DependencySwitched("payments", SwitchPosition.BYPASS,
					"returned by itself after PT0.02S", null));
			assertThat(this.lines.of("payments", "Switch of dependency 'payments' returns to BYPASS")).hasSize(1);
		});
	}

	@Test
	void tellsOfDeadLettersAndOfNoOtherDeliveries() {
		this.runner.run((context) -> {
			Guard guard = guard(context);
			guard.delivered(DeliveryResult.DEAD, 0);
			guard.delivered(DeliveryResult.DELIVERED, 1);
			guard.delivered(DeliveryResult.DEAD, 3);
			assertThat(context.getBean(Listener.class).next().event()).isEqualTo(new CallsDeadLettered("payments", 3));
		});
	}

	@Test
	void tellsOfIncidentsWhichASwitchMayHaveCaused() {
		this.runner.run((context) -> {
			guard(context).setSwitch(SwitchPosition.OFF, null, null);
			Incidents incidents = context.getBean(Incidents.class);
			long begin = System.nanoTime();
			Instant since = Instant.now();
			LongFunction<Instant> moments = (nanos) -> since.plusNanos(nanos - begin);
			List<Subject> deviating = List.of(deviating("payments", begin + 1), deviating("mail", begin));
			incidents.observe(begin + TimeUnit.SECONDS.toNanos(1), moments, deviating);
			incidents.observe(begin + TimeUnit.SECONDS.toNanos(11), moments, deviating);
			Listener listener = context.getBean(Listener.class);
			assertThat(listener.next().event()).isInstanceOf(DependencySwitched.class);
			List<String> figures = List.of("it began 0 s after: the switch of payments was set to OFF");
			String advice = "Look at mail first, it deviated together with payments: undo that first, or compare with how it was before.";
			IncidentBegan began = (IncidentBegan) listener.next().event();
			assertThat(began).isEqualTo(new IncidentBegan(began.id(), since, "mail", List.of("mail", "payments"),
					"CHANGE", figures, advice));
			assertThat(this.lines.of("mail", "Incident")).containsExactly(
					"Incident since " + since + ": mail deviated first (mail ERRORS, payments ERRORS; CHANGE: "
							+ figures.get(0) + "). " + advice);
			incidents.observe(begin + TimeUnit.SECONDS.toNanos(41), moments, List.of());
			assertThat(listener.next().event()).isEqualTo(new IncidentEnded(began.id(), since, since.plusSeconds(11),
					"mail", List.of("mail", "payments"), "CHANGE", figures, advice));
			assertThat(this.lines.of("mail", "The incident")).containsExactly("The incident since " + since
					+ ", in which mail deviated first, is over since " + since.plusSeconds(11));
		});
	}

	@Test
	void aListenerThatThrowsHarmsNothing() {
		this.runner.withBean(Throwing.class).run((context) -> {
			guard(context).setSwitch(SwitchPosition.OFF, "first", null);
			guard(context).setSwitch(SwitchPosition.OFF, "second", null);
			Throwing throwing = context.getBean(Throwing.class);
			assertThat(throwing.events.poll(30, TimeUnit.SECONDS)).isNotNull();
			assertThat(throwing.events.poll(30, TimeUnit.SECONDS))
				.isEqualTo(new DependencySwitched("payments", SwitchPosition.OFF, "second", null));
			assertThat(this.lines.events()).anySatisfy((line) -> {
				assertThat(line.getFormattedMessage()).startsWith("A listener of DependencySwitched[");
				assertThat(line.getThrowableProxy().getMessage()).isEqualTo("of the application");
			});
		});
	}

	@Test
	void whatHappensBeforeTheStartIsToldAtTheStart() {
		this.runner.withBean(Early.class).run((context) -> {
			Listener listener = context.getBean(Listener.class);
			assertThat(listener.next().event())
				.isEqualTo(new DependencySwitched("payments", SwitchPosition.OFF, "early", null));
		});
	}

	@Test
	void aStopWaitsForWhoeverListensNow() throws Exception {
		CountDownLatch end = new CountDownLatch(1);
		BlockingQueue<String> order = new LinkedBlockingQueue<>();
		this.runner.withBean(Slow.class, () -> new Slow(end, order)).run((context) -> {
			guard(context).setSwitch(SwitchPosition.OFF, "first", null);
			assertThat(order.poll(30, TimeUnit.SECONDS)).isEqualTo("told");
			guard(context).setSwitch(SwitchPosition.OFF, "second", null);
			Thread closing = new Thread(context::close);
			closing.start();
			Awaitility.await().until(() -> !context.getBean(EventPublication.class).isRunning());
			end.countDown();
			closing.join();
			assertThat(order).containsExactly("listened", "destroyed");
		});
	}

	private static Subject deviating(String dependency, long sinceNanos) {
		return new Subject(dependency, DependencyType.CRITICAL,
				List.of(new Deviation(DeviationSignal.ERRORS, sinceNanos, "many")),
				new Comparison(1, null, 0, null, 0, 0), Map::of);
	}

	private static Guard guard(ApplicationContext context) {
		Guard guard = context.getBean(DependencyRegistry.class).find("payments");
		assertThat(guard).isNotNull();
		return guard;
	}

	private static void fail(ApplicationContext context) {
		assertThatIllegalStateException().isThrownBy(() -> context.getBean(Dependencies.class).call("payments", () -> {
			throw new IllegalStateException();
		}));
	}

	/**
	 * Remembers what it is told, and by which thread.
	 */
	static class Listener {

		private final BlockingQueue<Told> told = new LinkedBlockingQueue<>();

		@EventListener({ BreakerStateChanged.class, DependencySwitched.class, IncidentBegan.class, IncidentEnded.class,
				CallsDeadLettered.class })
		void on(Object event) {
			this.told.add(new Told(event, Thread.currentThread().getName().replaceAll("resilience-\\d+", "worker")));
		}

		Told next() throws InterruptedException {
			Told next = this.told.poll(30, TimeUnit.SECONDS);
			assertThat(next).isNotNull();
			return next;
		}

	}

	record Told(Object event, String thread) {
	}

	static class Throwing {

		private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

		@EventListener
		void on(DependencySwitched event) {
			this.events.add(event);
			throw new IllegalStateException("of the application");
		}

	}

	/**
	 * Throws a switch before the application has started.
	 */
	static class Early implements SmartLifecycle {

		private final DependencyRegistry registry;

		Early(DependencyRegistry registry) {
			this.registry = registry;
		}

		@Override
		public void start() {
			Guard guard = this.registry.find("payments");
			assertThat(guard).isNotNull();
			guard.setSwitch(SwitchPosition.OFF, "early", null);
		}

		@Override
		public void stop() {
		}

		@Override
		public boolean isRunning() {
			return false;
		}

		@Override
		public int getPhase() {
			return Integer.MIN_VALUE;
		}

	}

	static class Slow implements DisposableBean {

		private final CountDownLatch end;

		private final BlockingQueue<String> order;

		Slow(CountDownLatch end, BlockingQueue<String> order) {
			this.end = end;
			this.order = order;
		}

		@EventListener
		void on(DependencySwitched event) throws InterruptedException {
			this.order.add("told");
			assertThat(this.end.await(30, TimeUnit.SECONDS)).isTrue();
			this.order.add("listened");
		}

		@Override
		public void destroy() {
			this.order.add("destroyed");
		}

	}

}
