package dev.resilience.form;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One cell of the table: a call of one form, on one kind of thread, to a dependency of
 * one type, which ends in one way.
 */
record Cell(ReturnForm form, Isolation isolation, Strategy strategy, Ending ending) {

	/** All cells, of which this JDK knows the threads. */
	static Stream<Cell> all() {
		List<Cell> cells = new ArrayList<>();
		for (Ending ending : Ending.values()) {
			for (ReturnForm form : ReturnForm.BLOCKING) {
				for (Isolation isolation : Isolation.values()) {
					add(cells, form, isolation, ending, Strategy.CRITICAL, Strategy.DEGRADED, Strategy.OPTIONAL);
				}
			}
			add(cells, ReturnForm.FIRE_AND_FORGET, Isolation.WORKER, ending, Strategy.OPTIONAL);
			for (ReturnForm form : ReturnForm.LATER) {
				add(cells, form, Isolation.WORKER, ending, Strategy.values());
			}
		}
		return cells.stream().filter(Cell::exists);
	}

	private static void add(List<Cell> cells, ReturnForm form, Isolation isolation, Ending ending,
			Strategy... strategies) {
		for (Strategy strategy : strategies) {
			cells.add(new Cell(form, isolation, strategy, ending));
		}
	}

	private boolean exists() {
		if (!this.isolation.isSupported()) {
			return false;
		}
		if (this.form == ReturnForm.VOID && this.strategy == Strategy.OPTIONAL && this.isolation != Isolation.CALLER) {
			return false; // fired and forgotten
		}
		return switch (this.ending) {
			// nobody is left who could give up
			case CANCELLED, CANCELLED_IN_LINE, CANCELLED_BETWEEN_ATTEMPTS -> this.form != ReturnForm.FIRE_AND_FORGET;
			// whose subscription is cancelled has ended
			case ABANDONED -> !this.form.isReactive();
			case STALLED -> this.form == ReturnForm.FLUX;
			default -> true;
		};
	}

	/** Whether the work runs on although its caller has gone. */
	boolean leavesWorkBehind() {
		return this.ending == Ending.ABANDONED && !(isOnCallersThread());
	}

	boolean isOnCallersThread() {
		return this.form.isBlocking() && this.isolation != Isolation.WORKER;
	}

	/** Whether its deadline may pass before the partner is called at all. */
	boolean mayBeTooLate() {
		return !isOnCallersThread()
				&& (this.ending == Ending.TIMEOUT || this.ending == Ending.ABANDONED || this.ending == Ending.STALLED);
	}

	/** How many calls to the partner were made. */
	int attempts() {
		return this.ending.isBeforeTheCall() ? 0 : (this.ending == Ending.REPEATED) ? 3 : 1;
	}

	/** What the caller sees. */
	String seen() {
		boolean hidden = this.strategy != Strategy.CRITICAL;
		if (this.form == ReturnForm.FIRE_AND_FORGET || isLateSuccess()) {
			return this.form.value();
		}
		return switch (this.ending) {
			case SUCCESS, REPEATED -> this.form.value();
			case STALLED -> hidden ? this.form.value() : this.form.value() + " throws DependencyTimeoutException";
			case CANCELLED, CANCELLED_IN_LINE, CANCELLED_BETWEEN_ATTEMPTS -> this.form.isBlocking()
					? (hidden ? this.form.wayOut(this.strategy) : "throws CancellationException") + ", interrupted"
					: "gone";
			case EXCEPTION -> hidden ? this.form.wayOut(this.strategy) : "throws its exception";
			case TIMEOUT, ABANDONED -> hidden ? this.form.wayOut(this.strategy) : "throws DependencyTimeoutException";
			case BREAKER_OPEN -> hidden ? this.form.wayOut(this.strategy) : "throws DependencyUnavailableException";
			case BULKHEAD_FULL -> hidden ? this.form.wayOut(this.strategy) : "throws DependencyOverloadedException";
		};
	}

	// discarding a charge that went through would be worse
	private boolean isLateSuccess() {
		return this.ending == Ending.ABANDONED && isOnCallersThread();
	}

	/** The only event: its outcome and its kind of failure. */
	String event() {
		boolean served = this.strategy != Strategy.CRITICAL && this.form != ReturnForm.FIRE_AND_FORGET;
		String failed = served ? "fallback" : "failure";
		if (isLateSuccess()) {
			return "success slow-response";
		}
		return switch (this.ending) {
			case SUCCESS, REPEATED -> "success none";
			case EXCEPTION -> failed + " unknown";
			case TIMEOUT, ABANDONED, STALLED -> failed + " timeout";
			case BREAKER_OPEN, BULKHEAD_FULL -> (served ? "fallback" : "rejected") + " rejected";
			// not the dependency's failure, whatever the caller is served
			case CANCELLED, CANCELLED_IN_LINE, CANCELLED_BETWEEN_ATTEMPTS ->
				((served && this.form.isBlocking()) ? "fallback" : "failure") + " none";
		};
	}

	/** Attempts in the window of the breaker, and how many of them failed. */
	String breaker() {
		int calls = switch (this.ending) {
			case REPEATED -> 3;
			case BREAKER_OPEN, CANCELLED -> 0;
			// those that have taken the places
			case BULKHEAD_FULL -> (this.form == ReturnForm.FIRE_AND_FORGET) ? 2 : 1;
			default -> 1;
		};
		int failed = switch (this.ending) {
			case REPEATED -> 2;
			case EXCEPTION, TIMEOUT, STALLED, CANCELLED_BETWEEN_ATTEMPTS -> 1;
			case ABANDONED -> isLateSuccess() ? 0 : 1;
			default -> 0;
		};
		return "%d calls, %d failed".formatted(calls, failed);
	}

	@Override
	public String toString() {
		return "%s %s %s%s".formatted(this.strategy, this.form, this.ending,
				this.form.isBlocking() ? " on " + this.isolation : "");
	}

}
