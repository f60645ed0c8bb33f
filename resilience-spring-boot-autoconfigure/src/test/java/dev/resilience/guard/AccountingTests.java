package dev.resilience.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import dev.resilience.BreakerState;
import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that nothing is lost or counted twice when 200 callers make a million calls of
 * one dependency, whatever form they have and however they end.
 */
@Timeout(120)
class AccountingTests {

	private static final int CALLERS = 200;

	private static final int CALLS = 5000;

	private static final long ALL = (long) CALLERS * CALLS;

	private static final double RETRIES_PER_CALL = 0.2;

	private static final int RETRIES_WITHOUT_CALLS = 10;

	private static final String[] SETTINGS = { "bulkhead.max-concurrent=20", "bulkhead.max-wait=1ms",
			"breaker.min-calls=50", "breaker.open-for=1ms", "breaker.window=100", "breaker.failure-rate=35%",
			"timeout=1m", "idempotent=true", "retry.backoff.initial=1ms", "retry.backoff.max=1ms",
			"rate-limit.permits=500", "rate-limit.per=1ms", "rate-limit.max-wait=1ms" };

	private final Ledger ledger = new Ledger();

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment().with(KindException.classification())
		.telling(this.ledger);

	private final Operation background = this.environment.operation(DependencyType.CRITICAL, Form.BACKGROUND,
			with("queue=20"));

	private final Guard guard = this.background.guard();

	private final Operation caller = sibling(Form.BLOCKING, "isolation=caller");

	// tens of thousands of hand-overs are enough, and of timeouts a few
	private final List<Operation> often = List.of(this.caller, this.caller, sibling(Form.MONO), sibling(Form.FLUX),
			sibling(Form.STAGE), this.environment.sibling(this.background, Form.STAGE,
					List.of((work, failure) -> Ledger.INSTEAD), SETTINGS));

	private final List<Operation> seldom = List.of(this.background, sibling(Form.BLOCKING, "isolation=thread"));

	private final List<Operation> hanging = List.of(sibling(Form.BLOCKING, "isolation=caller", "timeout=1ms"),
			sibling(Form.BLOCKING, "isolation=thread", "timeout=1ms"), sibling(Form.STAGE, "timeout=1ms"),
			sibling(Form.MONO, "timeout=1ms"));

	@Test
	void everyCallIsAccountedForOnce() throws Exception {
		AtomicInteger interrupted = new AtomicInteger();
		LongAdder fired = new LongAdder();
		List<CompletableFuture<Void>> callers = new ArrayList<>();
		for (int i = 0; i < CALLERS; i++) {
			CompletableFuture<Void> done = new CompletableFuture<>();
			callers.add(done);
			new Thread(() -> {
				for (int call = 0; call < CALLS; call++) {
					if (call()) {
						fired.increment();
					}
					if (Thread.interrupted()) {
						interrupted.incrementAndGet();
					}
				}
				done.complete(null);
			}).start();
		}
		CompletableFuture.allOf(callers.toArray(CompletableFuture[]::new)).get(90, TimeUnit.SECONDS);
		await().untilAsserted(() -> assertThat(this.ledger.events()).isEqualTo(ALL));
		await().untilAsserted(() -> assertThat(this.guard.inFlight()).isZero());
		assertThat(this.guard.abandoned()).isZero();
		assertThat(this.guard.pending()).isZero();
		assertThat(interrupted).hasValue(0);
		assertThat(this.ledger.firedEvents()).isEqualTo(fired.sum());
		this.ledger.assertThatEventsAreWhatCallersSaw();
		assertThat(this.guard.signals().failures()).isEqualTo(this.ledger.failures());
		assertThat(this.ledger.retries()).isPositive()
			.isLessThanOrEqualTo((long) (RETRIES_PER_CALL * ALL) + RETRIES_WITHOUT_CALLS);
		assertThat(this.guard.budgetRemaining()).isNotNegative();
		assertThatTheBreakerCloses();
	}

	// it has lost no probe
	private void assertThatTheBreakerCloses() {
		await().until(() -> {
			if (this.guard.readBreaker().state() != BreakerState.CLOSED) {
				Seen.of(this.caller, (last) -> Ledger.VALUE, false);
				return false;
			}
			return true;
		});
	}

	/**
	 * Make a call.
	 * @return whether it was fired and forgotten
	 */
	private boolean call() {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		int chance = random.nextInt(1000);
		if (chance < 2) {
			Operation operation = any(this.hanging);
			this.ledger.saw(Seen.of(operation, (last) -> Seen.hang(operation.form()), false));
			return false;
		}
		Operation operation = any((chance < 60) ? this.seldom : this.often);
		Seen seen = Seen.of(operation, (last) -> attempt(operation.form()), random.nextInt(16) == 0);
		if (operation == this.background) {
			return true;
		}
		this.ledger.saw(seen);
		return false;
	}

	private static Operation any(List<Operation> operations) {
		return operations.get(ThreadLocalRandom.current().nextInt(operations.size()));
	}

	private static Object attempt(Form form) {
		if (ThreadLocalRandom.current().nextInt(3) > 0) {
			return Seen.value(form);
		}
		throw new KindException(switch (ThreadLocalRandom.current().nextInt(6)) {
			case 0 -> FailureKind.CONNECTION_REFUSED;
			case 1 -> FailureKind.CLIENT_ERROR;
			case 2 -> FailureKind.NONE;
			case 3 -> FailureKind.CORRUPT_DATA;
			case 4 -> FailureKind.TIMEOUT;
			default -> FailureKind.SERVER_ERROR;
		});
	}

	private Operation sibling(Form form, String... settings) {
		return this.environment.sibling(this.background, form, List.of(), with(settings));
	}

	private static String[] with(String... settings) {
		List<String> all = new ArrayList<>(List.of(SETTINGS));
		all.addAll(List.of(settings));
		return all.toArray(String[]::new);
	}

}
