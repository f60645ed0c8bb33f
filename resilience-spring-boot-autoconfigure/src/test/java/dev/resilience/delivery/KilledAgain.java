package dev.resilience.delivery;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * An instance that is started again whenever it was killed, with the same properties.
 */
final class KilledAgain implements AutoCloseable {

	// in milliseconds: some die with deliveries in hand, others with none
	private static final int LONGEST_PAUSE = 40;

	private static final int LONGEST_START = 1500;

	// one in so many is killed before it has started
	private static final int STARTS = 6;

	private final String name;

	private final ParcelLedger ledger;

	private final List<String> properties;

	private final Path log;

	private final Random random;

	private volatile InstanceProcess process;

	private int starts;

	KilledAgain(String name, ParcelLedger ledger, List<String> properties, Path log, Random random) {
		this.name = name;
		this.ledger = ledger;
		this.properties = properties;
		this.log = log;
		this.random = random;
		this.process = start();
	}

	private InstanceProcess start() {
		this.starts++;
		return InstanceProcess.start(this.name + this.starts, this.ledger, this.properties, this.log);
	}

	void awaitReady() {
		this.process.awaitReady();
	}

	CompletableFuture<Void> call(int calls) {
		return this.process.workload().add(calls);
	}

	/** Completes as soon as so many more calls are accepted. */
	CompletableFuture<Void> whenAccepted(int calls) {
		Workload workload = this.process.workload();
		return workload.whenAccepted(workload.accepted() + calls);
	}

	/** Have calls accepted, be killed meanwhile, and have the rest of them accepted. */
	CompletableFuture<Void> callAndBeKilled(int calls) {
		Workload victim = this.process.workload();
		int goal = victim.accepted() + calls;
		CompletableFuture<Void> moment = whenAccepted(1 + this.random.nextInt(calls));
		victim.add(calls);
		return moment.thenRunAsync(this::die, after(LONGEST_PAUSE))
			.thenCompose((killed) -> call(goal - victim.accepted()));
	}

	private void die() {
		this.process.kill();
		this.process = start();
		if (this.starts % STARTS == 0) {
			CompletableFuture.runAsync(this.process::kill, after(LONGEST_START)).join();
			this.process = start();
		}
		awaitReady();
	}

	private Executor after(int longest) {
		return CompletableFuture.delayedExecutor(this.random.nextInt(longest), TimeUnit.MILLISECONDS);
	}

	/** How many calls its store has. */
	long pending() {
		return this.process.pending();
	}

	@Override
	public void close() {
		this.process.stop();
	}

}
