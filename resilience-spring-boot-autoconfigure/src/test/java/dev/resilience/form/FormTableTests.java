package dev.resilience.form;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.resilience.Dependencies;
import dev.resilience.FailureKind;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceMetricsAutoConfiguration;
import dev.resilience.guard.BreakerReading;
import dev.resilience.guard.Guard;
import dev.resilience.registry.DependencyRegistry;
import dev.resilience.signal.CallEvent;
import dev.resilience.signal.CallListener;
import dev.resilience.signal.RetryDecision;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each form of a call ends in each way, for each type: what its caller sees, and that
 * permits, events, meters and the window of the breaker are exact afterwards.
 */
@Timeout(60)
class FormTableTests {

	private volatile Partner partner = new Partner();

	private final Queue<String> events = new ConcurrentLinkedQueue<>();

	private final Queue<RetryDecision> retries = new ConcurrentLinkedQueue<>();

	static Stream<Cell> cells() {
		return Cell.all();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("cells")
	void endsAsExpected(Cell cell) {
		do {
			this.partner = new Partner();
			this.events.clear();
			run(cell);
		}
		while (cell.mayBeTooLate() && this.partner.attempts() == 0);
	}

	private void run(Cell cell) {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceMetricsAutoConfiguration.class))
			.withBean(SimpleMeterRegistry.class)
			.withBean(Partner.class, () -> this.partner)
			.withBean(Client.class)
			.withBean(CallListener.Factory.class, () -> (dependency) -> listener())
			.withPropertyValues(settings(cell))
			.run((context) -> verify(cell, context));
	}

	private CallListener listener() {
		return new CallListener() {

			@Override
			public void onCall(CallEvent event) {
				FormTableTests.this.events.add(event.outcome().tag() + " " + event.failure().tag());
			}

			@Override
			public void onRetry(RetryDecision decision, FailureKind failure) {
				FormTableTests.this.retries.add(decision);
			}

		};
	}

	private static String[] settings(Cell cell) {
		List<String> settings = new ArrayList<>(
				List.of("type=" + cell.strategy().type(), "isolation=" + cell.isolation().property(), "idempotent=true",
						"retry.max-attempts=1", "breaker.min-calls=10", "breaker.window=10", "queue=1", "timeout=1m"));
		settings.addAll(cell.ending().settings());
		if (cell.strategy().hasFallback()) {
			for (ReturnForm form : ReturnForm.values()) {
				boolean later = ReturnForm.LATER.contains(form);
				String fallback = later ? cell.strategy().fallback(form.method()) : form.method() + "Instead";
				settings.add("operations.%s.fallback=%s".formatted(form.method(), fallback));
			}
			settings.add("operations.pending.fallback=pendingInstead");
		}
		return settings.stream().map("resilience.dependencies.partner."::concat).toArray(String[]::new);
	}

	private void verify(Cell cell, ApplicationContext context) throws Exception {
		Client client = context.getBean(Client.class);
		Guard guard = context.getBean(DependencyRegistry.class).guards().get(0);
		List<String> others = prepare(cell, context, client);
		BreakerReading before = guard.readBreaker();
		this.partner.tell(cell.ending());
		Caller caller = Caller.call(cell, client, this.partner);
		if (cell.ending().isCancelled()) {
			awaitWhatIsCancelled(cell, caller);
			assertThat(gauge(context, "active"))
				.isEqualTo((cell.ending() == Ending.CANCELLED_BETWEEN_ATTEMPTS) ? 0 : 1);
			caller.giveUp();
		}
		if (cell.isOnCallersThread() && cell.ending() == Ending.ABANDONED) {
			Partner.await(this.partner.interrupted);
			this.partner.release();
		}
		String seen = caller.seen();
		if (cell.mayBeTooLate()) {
			await().until(() -> !this.events.isEmpty());
			if (this.partner.attempts() == 0) {
				return; // a slow machine: again
			}
		}
		assertThat(seen).isEqualTo(cell.seen());
		if (cell.leavesWorkBehind()) {
			Partner.await(this.partner.interrupted);
			await().untilAsserted(() -> assertThat(this.events).containsExactly(cell.event()));
			assertThat(gauge(context, "active")).isOne();
			assertThat(gauge(context, "abandoned")).isOne();
		}
		else {
			await().untilAsserted(() -> assertThat(this.events).contains(cell.event()));
		}
		assertThat(this.partner.attempts()).isEqualTo(cell.attempts());
		this.partner.release();
		await().until(() -> guard.inFlight() == 0 && guard.abandoned() == 0);
		others.add(cell.event());
		await().untilAsserted(() -> assertThat(this.events).containsExactlyInAnyOrderElementsOf(others));
		await().untilAsserted(() -> assertThat(timers(context)).isEqualTo(counted(others)));
		assertThat(gauge(context, "active")).isZero();
		assertThat(gauge(context, "abandoned")).isZero();
		assertThat(breaker(guard, before)).isEqualTo(cell.breaker());
	}

	private void awaitWhatIsCancelled(Cell cell, Caller caller) throws InterruptedException {
		switch (cell.ending()) {
			case CANCELLED -> Partner.await(this.partner.reached);
			case CANCELLED_BETWEEN_ATTEMPTS -> await().until(() -> !this.retries.isEmpty() && caller.isWaiting());
			default -> await().until(caller::isWaiting);
		}
	}

	/** What makes it end so, before it begins. */
	private List<String> prepare(Cell cell, ApplicationContext context, Client client) throws InterruptedException {
		List<String> events = new ArrayList<>();
		if (cell.ending() == Ending.BREAKER_OPEN) {
			context.getBean(Dependencies.class).call("partner", () -> {
				throw this.partner.failure;
			}, (failure) -> "");
			events.add("fallback unknown");
		}
		if (cell.ending().needsFullBulkhead()) {
			client.pending();
			events.add("success none");
			if (cell.form() == ReturnForm.FIRE_AND_FORGET) {
				// it would wait for its place
				client.nothing();
				events.add("success none");
			}
		}
		return events;
	}

	private static String breaker(Guard guard, BreakerReading before) {
		BreakerReading after = guard.readBreaker();
		long failed = Math.round(after.failureRate() * after.calls() - before.failureRate() * before.calls());
		return "%d calls, %d failed".formatted(after.calls() - before.calls(), failed);
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
	}

	private static Map<String, Long> counted(List<String> events) {
		return events.stream().collect(Collectors.groupingBy((event) -> event, Collectors.counting()));
	}

	private static Map<String, Long> timers(ApplicationContext context) {
		Map<String, Long> counts = new HashMap<>();
		for (Timer timer : context.getBean(MeterRegistry.class).get("resilience.calls").timers()) {
			counts.merge(timer.getId().getTag("outcome") + " " + timer.getId().getTag("failure"), timer.count(),
					Long::sum);
		}
		return counts;
	}

	private static double gauge(ApplicationContext context, String name) {
		return context.getBean(MeterRegistry.class).get("resilience.calls." + name).gauge().value();
	}

}
