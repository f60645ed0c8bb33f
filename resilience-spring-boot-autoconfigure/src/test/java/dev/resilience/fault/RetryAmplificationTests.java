package dev.resilience.fault;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many requests reach a partner that fails all of them, while fifty callers at once
 * have each call repeated that may be.
 */
class RetryAmplificationTests {

	private static final int CALLERS = 50;

	private static final int CALLS = 20;

	@Test
	void budgetBoundsIt() {
		Load load = callFailingPartner();
		assertThat(load.requests()).isLessThanOrEqualTo(load.bound()).isGreaterThan(load.calls() + load.calls() / 10);
	}

	@Test
	void aLargerBudgetGoesBeyondIt() {
		// the floor gives nothing in the first second, which may be all it takes
		Load load = callFailingPartner("resilience.dependencies.idempotent.retry.budget.ratio=100%",
				"resilience.dependencies.idempotent.retry.budget.min-per-second=1000000");
		assertThat(load.requests()).isGreaterThan(load.bound());
	}

	@SuppressWarnings("unchecked")
	private static Load callFailingPartner(String... properties) {
		Client client = Client.REST_CLIENT_JDK;
		Duration patience = Duration.ofSeconds(30);
		Load[] load = new Load[1];
		client.application(patience, patience)
			.run((application) -> new ApplicationContextRunner()
				.withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
				.withBean((Class<Object>) client.type(), () -> application.getBean(client.type()))
				.withPropertyValues("resilience.dependencies.idempotent.timeout=1m",
						"resilience.dependencies.idempotent.breaker.enabled=false",
						"resilience.dependencies.idempotent.bulkhead.max-concurrent=1000",
						"resilience.dependencies.idempotent.retry.max-attempts=3",
						"resilience.dependencies.idempotent.retry.backoff.initial=1ms")
				.withPropertyValues(properties)
				.run((context) -> load[0] = measure(client.calls(context))));
		return load[0];
	}

	private static Load measure(Calls calls) {
		ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
		try (CountingPartner partner = new CountingPartner()) {
			URI uri = URI.create("http://127.0.0.1:" + partner.address().getPort())
				.resolve(CountingPartner.path(Fault.STATUS_500));
			long start = System.nanoTime();
			CompletableFuture
				.allOf(IntStream.range(0, CALLERS)
					.mapToObj((caller) -> CompletableFuture.runAsync(() -> callInVain(calls, uri), threads))
					.toArray(CompletableFuture[]::new))
				.join();
			return new Load(CALLERS * CALLS, partner.posts("key"), Duration.ofNanos(System.nanoTime() - start));
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static void callInVain(Calls calls, URI uri) {
		for (int i = 0; i < CALLS; i++) {
			try {
				calls.make(CallType.IDEMPOTENT, uri, "key");
				throw new AssertionError("The partner has answered");
			}
			catch (Exception ex) {
				// as expected
			}
		}
	}

	/**
	 * What was measured.
	 *
	 * @param calls what callers asked for
	 * @param requests what reached the partner
	 * @param time how long it took
	 */
	private record Load(int calls, int requests, Duration time) {

		/** A fifth of the calls, one a second, and what is there at the start. */
		int bound() {
			return (int) (1.2 * this.calls + this.time.toMillis() / 1000.0 + 10);
		}

	}

}
