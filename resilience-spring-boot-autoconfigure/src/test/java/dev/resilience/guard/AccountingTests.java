package dev.resilience.guard;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that nothing is lost or counted twice, whatever form calls have and however they
 * end.
 */
class AccountingTests {

	private static final int THREADS = 16;

	private static final int CALLS = 2500;

	private static final String[] SETTINGS = { "bulkhead.max-concurrent=6", "bulkhead.max-wait=1ms",
			"breaker.min-calls=50", "breaker.open-for=2ms", "breaker.window=100", "timeout=20ms", "idempotent=true",
			"retry.backoff.initial=1ms", "retry.backoff.max=1ms", "rate-limit.permits=200", "rate-limit.per=1ms" };

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment().with(KindException.classification());

	@Test
	void outcomesPermitsAndInterruptsAddUp() throws Exception {
		Operation caller = this.environment.operation(DependencyType.CRITICAL, Form.BLOCKING, with("isolation=caller"));
		List<Operation> operations = List.of(caller,
				this.environment.sibling(caller, Form.BLOCKING, List.of(), with("isolation=thread")),
				this.environment.sibling(caller, Form.STAGE, List.of((work, failure) -> "instead"), SETTINGS),
				this.environment.sibling(caller, Form.MONO, List.of(), SETTINGS),
				this.environment.sibling(caller, Form.BACKGROUND, List.of(), with("queue=20")));
		AtomicInteger interrupted = new AtomicInteger();
		List<CompletableFuture<Void>> threads = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			CompletableFuture<Void> done = new CompletableFuture<>();
			threads.add(done);
			new Thread(() -> {
				for (int call = 0; call < CALLS; call++) {
					call(operations.get(ThreadLocalRandom.current().nextInt(operations.size())));
					if (Thread.interrupted()) {
						interrupted.incrementAndGet();
					}
				}
				done.complete(null);
			}).start();
		}
		CompletableFuture.allOf(threads.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
		Guard guard = caller.guard();
		await().untilAsserted(() -> assertThat(this.environment.events).hasSize(THREADS * CALLS));
		await().untilAsserted(() -> assertThat(guard.inFlight()).isZero());
		assertThat(guard.abandoned()).isZero();
		assertThat(operations.get(4).guard().pending()).isZero();
		assertThat(interrupted).hasValue(0);
		assertThat(this.environment.events).hasSize(THREADS * CALLS);
		long failed = this.environment.events.stream().filter((event) -> event.failure() != FailureKind.NONE).count();
		assertThat(guard.signals().failures().values().stream().mapToLong(Long::longValue).sum()).isEqualTo(failed);
	}

	private static void call(Operation operation) {
		try {
			Object result = operation.call(AccountingTests::attempt);
			if (result instanceof CompletableFuture<?> stage && ThreadLocalRandom.current().nextInt(4) == 0) {
				stage.cancel(true);
			}
			else if (result instanceof Publisher<?> publisher) {
				Mono.from(publisher).onErrorComplete().block();
			}
		}
		catch (Throwable ex) {
			// counted
		}
	}

	private static Object attempt(boolean last) throws Exception {
		boolean failure = ThreadLocalRandom.current().nextInt(3) == 0;
		if (failure) {
			throw switch (ThreadLocalRandom.current().nextInt(5)) {
				case 0 -> new IOException();
				case 1 -> new KindException(FailureKind.CLIENT_ERROR);
				case 2 -> new KindException(FailureKind.NONE);
				case 3 -> new KindException(FailureKind.CORRUPT_DATA);
				default -> new KindException(FailureKind.SERVER_ERROR);
			};
		}
		return new ValueOfAnyForm();
	}

	private static String[] with(String setting) {
		List<String> all = new ArrayList<>(List.of(SETTINGS));
		all.add(setting);
		return all.toArray(String[]::new);
	}

	/** A value, a stage, or a publisher. */
	private static final class ValueOfAnyForm extends CompletableFuture<Object> implements Publisher<Object> {

		private ValueOfAnyForm() {
			complete("value");
		}

		@Override
		public void subscribe(org.reactivestreams.Subscriber<? super Object> subscriber) {
			Mono.<Object>just("value").subscribe(subscriber);
		}

	}

}
