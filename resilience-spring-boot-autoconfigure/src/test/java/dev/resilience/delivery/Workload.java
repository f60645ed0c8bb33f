package dev.resilience.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Has calls made, some at once, until as many are accepted as are wanted.
 */
final class Workload {

	// more than an instance has callers, so that these never wait for the next call
	private static final int AT_ONCE = 8;

	private static final long PAUSE_MILLIS = 20;

	private final String name;

	private final Consumer<String> caller;

	private final List<Goal> goals = new ArrayList<>();

	private int wanted;

	private int accepted;

	private int underWay;

	private int begun;

	/**
	 * Create a workload.
	 * @param name with which the ids of its calls begin
	 * @param caller begins a call
	 */
	Workload(String name, Consumer<String> caller) {
		this.name = name;
		this.caller = caller;
	}

	/**
	 * Have more calls made.
	 * @return completes as soon as so many more are accepted
	 */
	synchronized CompletableFuture<Void> add(int calls) {
		this.wanted += calls;
		CompletableFuture<Void> reached = whenAccepted(this.wanted);
		proceed();
		return reached;
	}

	/** Completes as soon as so many are accepted in all. */
	synchronized CompletableFuture<Void> whenAccepted(int calls) {
		Goal goal = new Goal(calls, new CompletableFuture<>());
		this.goals.add(goal);
		return goal.reached();
	}

	/** How many are accepted. */
	synchronized int accepted() {
		return this.accepted;
	}

	synchronized void wasAccepted() {
		this.accepted++;
		ended();
	}

	/**
	 * Another call will be made instead; not at once, because that would fail as well.
	 */
	void wasRefused() {
		CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS).execute(this::ended);
	}

	private synchronized void ended() {
		this.underWay--;
		proceed();
	}

	private void proceed() {
		this.goals.stream()
			.filter((goal) -> this.accepted >= goal.accepted())
			.forEach((goal) -> goal.reached().complete(null));
		while (this.underWay < Math.min(AT_ONCE, this.wanted - this.accepted)) {
			this.underWay++;
			this.begun++;
			this.caller.accept(this.name + "-" + this.begun);
		}
	}

	private record Goal(int accepted, CompletableFuture<Void> reached) {
	}

}
