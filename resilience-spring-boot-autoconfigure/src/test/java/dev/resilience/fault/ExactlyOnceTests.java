package dev.resilience.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A POST that is not idempotent and whose response is lost is processed once, although
 * there are attempts, time and budget enough to repeat it.
 */
class ExactlyOnceTests {

	private static final int TRIES = 1000;

	private static final int AT_ONCE = 25;

	private static final int LONGEST = 100;

	/** For each fault how often each request was processed whose response was lost. */
	private static final Map<Fault, List<Integer>> processed = new ConcurrentHashMap<>();

	@BeforeAll
	static void loseResponses() {
		ExecutorService threads = Executors.newCachedThreadPool();
		try (CountingPartner partner = new CountingPartner()) {
			faults().forEach((fault) -> processed.put(fault, new ArrayList<>()));
			CompletableFuture
				.allOf(Stream.of(Client.values())
					.map((client) -> CompletableFuture.runAsync(() -> loseResponses(client, partner, threads), threads))
					.toArray(CompletableFuture[]::new))
				.join();
		}
		finally {
			threads.shutdownNow();
		}
	}

	static Stream<Fault> faults() {
		return Stream.of(Fault.values()).filter(Fault::losesTheResponse);
	}

	@ParameterizedTest
	@MethodSource("faults")
	void isProcessedOnce(Fault fault) {
		assertThat(processed.get(fault)).hasSizeGreaterThanOrEqualTo(TRIES).containsOnly(1);
	}

	@SuppressWarnings("unchecked")
	private static void loseResponses(Client client, CountingPartner partner, ExecutorService threads) {
		Duration patience = Duration.ofSeconds(30);
		client.application(patience, patience)
			.run((application) -> new ApplicationContextRunner()
				.withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
				.withBean((Class<Object>) client.type(), () -> application.getBean(client.type()))
				.withPropertyValues("resilience.types.critical.attempt-timeout=500ms",
						"resilience.types.critical.timeout=1m", "resilience.types.critical.breaker.enabled=false",
						"resilience.types.critical.bulkhead.max-concurrent=1000",
						"resilience.types.critical.retry.backoff.initial=1ms",
						"resilience.types.critical.retry.budget.min-per-second=1000")
				.run((context) -> faults().forEach((fault) -> {
					List<Integer> counts = loseResponses(client.calls(context), client, fault, partner, threads);
					synchronized (processed) {
						processed.get(fault).addAll(counts);
					}
				})));
	}

	private static List<Integer> loseResponses(Calls calls, Client client, Fault fault, CountingPartner partner,
			ExecutorService threads) {
		List<Integer> counts = new ArrayList<>();
		AtomicInteger next = new AtomicInteger();
		for (int round = 0; round < LONGEST && counts.size() <= TRIES / Client.values().length; round++) {
			// half of the responses arrive, so that connections are used again
			try (FaultProxy proxy = new FaultProxy(fault, partner, fault.isSlow() ? 1 : 2)) {
				List<CompletableFuture<Integer>> tries = new ArrayList<>();
				for (int i = 0; i < AT_ONCE; i++) {
					String key = "%s %s %d".formatted(fault, client, next.incrementAndGet());
					tries.add(CompletableFuture.supplyAsync(() -> isLost(calls, proxy, key) ? partner.posts(key) : 0,
							threads));
				}
				// on a busy machine an attempt may end before its request has arrived
				tries.stream().map(CompletableFuture::join).filter((count) -> count > 0).forEach(counts::add);
			}
		}
		return counts;
	}

	private static boolean isLost(Calls calls, FaultProxy proxy, String key) {
		try {
			calls.make(CallType.CRITICAL, proxy.uri(), key);
			return false;
		}
		catch (Exception ex) {
			return true;
		}
	}

}
