package dev.resilience.delivery;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Two instances that send parcels, and that are killed at random points and started
 * again.
 */
final class KillScenario implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private static final double REFUSED = 0.05;

	// one in so many cycles
	private static final int BOTH = 5;

	private final ParcelLedger ledger = new ParcelLedger();

	private final Random random;

	private final PartnerServer partner;

	private final List<KilledAgain> instances;

	private int cycles;

	/**
	 * Start the instances.
	 * @param directory for their logs
	 * @param random decides when they are killed
	 * @param store the properties of the store of an instance, {@code A} or {@code B}
	 */
	KillScenario(Path directory, Random random, Function<String, List<String>> store) {
		this.random = random;
		this.partner = new PartnerServer(this.ledger, () -> ThreadLocalRandom.current().nextDouble() < REFUSED);
		this.instances = Stream.of("A", "B")
			.map((name) -> new KilledAgain(name, this.ledger,
					Stream.concat(properties(this.partner), store.apply(name).stream()).toList(),
					directory.resolve(name + ".log"), random))
			.toList();
		this.instances.forEach(KilledAgain::awaitReady);
	}

	private static Stream<String> properties(PartnerServer partner) {
		return Stream.of("parcels.url=" + partner.url(), "resilience.dependencies.parcels.delivery=durable",
				"resilience.dependencies.parcels.delivery.max-attempts=1000",
				"resilience.dependencies.parcels.delivery.backoff.initial=50ms",
				"resilience.dependencies.parcels.delivery.backoff.max=1s",
				// open, it would only put off what is to be seen here
				"resilience.dependencies.parcels.breaker.enabled=false", "resilience.delivery.initialize-schema=always",
				"resilience.delivery.heartbeat=250ms", "resilience.delivery.poll-interval=50ms");
	}

	/** Have calls accepted, and meanwhile kill an instance, now and then both. */
	void killInstance(int calls) {
		this.cycles++;
		KilledAgain victim = this.instances.get(this.random.nextInt(this.instances.size()));
		boolean both = this.cycles % BOTH == 0;
		int share = calls / this.instances.size();
		await(this.instances.stream()
			.map((instance) -> (both || instance == victim) ? instance.callAndBeKilled(share) : instance.call(share))
			.toList());
	}

	private static void await(List<CompletableFuture<Void>> done) {
		CompletableFuture.allOf(done.toArray(CompletableFuture[]::new))
			.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
			.join();
	}

	/** Have calls accepted, and meanwhile kill the database. */
	void killDatabase(KillablePostgres postgres, int calls) {
		int share = calls / this.instances.size();
		KilledAgain first = this.instances.get(0);
		CompletableFuture<Void> moment = first.whenAccepted(1 + this.random.nextInt(share));
		List<CompletableFuture<Void>> done = this.instances.stream().map((instance) -> instance.call(share)).toList();
		await(List.of(moment));
		postgres.kill();
		this.ledger.databaseDied();
		postgres.restart();
		await(done);
	}

	/** Wait until everything has arrived and nothing is stored any more, and see. */
	KillReport finish() {
		try {
			Awaitility.await()
				.atMost(PATIENCE)
				.pollInterval(Duration.ofMillis(50))
				.until(() -> this.ledger.isComplete() && this.instances.stream().allMatch((one) -> one.pending() == 0));
		}
		catch (ConditionTimeoutException ex) {
			// the report says what is missing
		}
		this.instances.forEach(KilledAgain::close);
		return KillReport.of(this.ledger);
	}

	@Override
	public void close() {
		this.instances.forEach(KilledAgain::close);
		this.partner.close();
	}

}
