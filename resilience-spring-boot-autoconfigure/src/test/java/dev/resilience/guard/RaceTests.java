package dev.resilience.guard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.resilience.DependencyType;
import dev.resilience.SwitchPosition;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.PolicyResolver;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Lincheck runs threads that race in one order after the other. It changes classes while
 * it does so, and these tests have a JVM of their own.
 */
@Timeout(120)
class RaceTests {

	private static final int ORDERS = 200;

	private static final long DUE = 5;

	private static final long NOW = 10;

	private static final long NOT_DUE = 15;

	@Test
	void noInterruptComesAfterTheAlarmWasDisarmed() {
		check(() -> disarmWhileItFires(RingingAlarm.of(new Alarm())));
	}

	@Test
	void anAlarmThatDoesNotWaitForItsInterruptIsFound() {
		assertThatThrownBy(() -> check(() -> disarmWhileItFires(new HastyAlarm())))
			.hasMessageContaining("Concurrent test failed");
	}

	private static void disarmWhileItFires(RingingAlarm alarm) {
		AtomicReference<Boolean> interrupted = new AtomicReference<>(false);
		race(() -> {
			alarm.arm(DUE);
			alarm.disarm();
			// the watchdog may still be on its way
			alarm.awaitWatchdog();
			interrupted.set(Thread.interrupted());
		}, () -> alarm.fire(NOW));
		expect(interrupted.get(), false);
	}

	@Test
	void theInterruptOfSomebodyElseIsKept() {
		check(() -> {
			RingingAlarm alarm = RingingAlarm.of(new Alarm());
			AtomicReference<Boolean> interrupted = new AtomicReference<>(false);
			AtomicReference<Thread> caller = new AtomicReference<>();
			race(() -> {
				caller.set(Thread.currentThread());
				alarm.arm(DUE);
				alarm.disarm();
				alarm.awaitWatchdog();
				interrupted.set(Thread.interrupted());
			}, () -> {
				while (caller.get() == null) {
					Thread.onSpinWait();
				}
				caller.get().interrupt();
				alarm.fire(NOW);
			});
			expect(interrupted.get(), true);
		});
	}

	@Test
	void aSwitchThatReturnsWhileItsPropertyChangesReturnsToThat() {
		check(() -> {
			Switch control = new Switch("partner", SwitchPosition.AUTO, (event) -> {
			});
			control.set(SwitchPosition.BYPASS, null, Duration.ofNanos(1), 0);
			race(() -> control.returnTo(SwitchPosition.OFF), () -> control.position(NOW));
			expect(control.position(NOW), SwitchPosition.OFF);
		});
	}

	@Test
	void theNextCallIsNotMistakenForTheOneBefore() {
		check(() -> {
			RingingAlarm alarm = RingingAlarm.of(new Alarm());
			AtomicReference<Boolean> hit = new AtomicReference<>(false);
			race(() -> {
				alarm.arm(DUE);
				alarm.disarm();
				alarm.arm(NOT_DUE);
				alarm.awaitWatchdog();
				boolean interrupted = Thread.currentThread().isInterrupted();
				hit.set(alarm.disarm() || interrupted);
			}, () -> alarm.fire(NOW));
			expect(hit.get(), false);
		});
	}

	@Test
	void theTimeoutOfASurroundingCallIsNotLost() {
		check(() -> {
			Alarm outer = new Alarm();
			Alarm inner = new Alarm();
			AtomicReference<Boolean> watched = new AtomicReference<>(false);
			AtomicReference<String> end = new AtomicReference<>();
			race(() -> {
				outer.tryArm(Thread.currentThread(), DUE, null);
				inner.tryArm(Thread.currentThread(), DUE, outer);
				inner.disarm();
				while (!watched.get()) {
					Thread.onSpinWait();
				}
				boolean interrupted = Thread.currentThread().isInterrupted();
				boolean fired = outer.disarm();
				end.set(interrupted + " " + fired + " " + Thread.interrupted());
			}, () -> {
				inner.fireIfDue(NOW);
				outer.fireIfDue(NOW);
				watched.set(true);
			});
			expect(end.get().equals("true true false") || end.get().equals("false false false"), true);
		});
	}

	@Test
	void workThatEndsWhileItIsAbandonedGivesBackItsPlaceOnce() {
		check(() -> {
			Bulkhead bulkhead = new Bulkhead(2);
			bulkhead.tryAcquire();
			Lease lease = new Lease(bulkhead);
			race(lease::abandon, lease::end, lease::end);
			expect(bulkhead.inFlight(), 0);
			expect(bulkhead.abandoned(), 0);
		});
	}

	@Test
	void whoeverGivesUpWaitingHasAPlaceOrNone() {
		check(() -> {
			Bulkhead bulkhead = new Bulkhead(1);
			bulkhead.tryAcquire();
			AtomicInteger granted = new AtomicInteger();
			AtomicInteger cancelled = new AtomicInteger();
			Bulkhead.Waiter waiter = bulkhead.await(granted::incrementAndGet);
			race(bulkhead::release, () -> {
				if (waiter.cancel()) {
					cancelled.incrementAndGet();
				}
			});
			expect(granted.get() + cancelled.get(), 1);
			expect(bulkhead.inFlight(), granted.get());
		});
	}

	@Test
	void noPlaceIsGivenBackWithoutAWaiterBeingServed() {
		check(() -> {
			Bulkhead bulkhead = new Bulkhead(1);
			bulkhead.tryAcquire();
			AtomicInteger served = new AtomicInteger();
			Runnable serve = () -> {
				served.incrementAndGet();
				bulkhead.release();
			};
			race(bulkhead::release, () -> bulkhead.await(serve), () -> bulkhead.await(serve));
			expect(served.get(), 2);
			expect(bulkhead.inFlight(), 0);
		});
	}

	@Test
	void theLastTokenIsSpentOnce() {
		DependencyPolicy.Budget policy = new PolicyResolver(Map.of(), Map.of())
			.dependency("partner", DependencyType.CRITICAL, List.of())
			.budget();
		check(() -> {
			RetryBudget budget = new RetryBudget(policy, 0);
			while (budget.remaining(0) >= 2) {
				budget.tryWithdraw(0);
			}
			AtomicInteger retries = new AtomicInteger();
			Runnable retry = () -> {
				if (budget.tryWithdraw(0)) {
					retries.incrementAndGet();
				}
			};
			race(retry, retry);
			expect(retries.get(), 1);
		});
	}

	@Test
	void aSubscriberWhoGivesUpWhileHeIsAdmittedGivesBackHisPlace() {
		RacingCall call = new RacingCall();
		call.permit().acquire().subscribe();
		int before = call.guard().inFlight();
		check(() -> {
			ReactivePermit permit = call.permit();
			race(() -> permit.acquire().subscribe(), permit::cancel);
			expect(call.guard().inFlight(), before);
		});
	}

	@Test
	void aCallEndsOnceWhenItsAnswerItsTimeoutAndItsCallerRace() {
		RacingCall call = new RacingCall();
		// what is initialised once is no race
		call.start().cancel(true);
		call.answer();
		call.start();
		call.timeOut();
		call.answer();
		check(() -> {
			CompletableFuture<Object> result = call.start();
			race(call::answer, call::timeOut, () -> result.cancel(true));
			expect(result.isDone(), true);
			expect(call.events(), 1);
			expect(call.guard().inFlight(), 0);
			expect(call.guard().abandoned(), 0);
		});
	}

	// Lincheck would watch AssertJ too
	private static void expect(Object actual, Object expected) {
		if (!expected.equals(actual)) {
			throw new AssertionError("expected " + expected + " but was " + actual);
		}
	}

	private static void check(Runnable race) {
		Lincheck.runConcurrentTest(ORDERS, race);
	}

	private static void race(Runnable... actions) {
		Thread[] threads = new Thread[actions.length];
		for (int i = 0; i < actions.length; i++) {
			threads[i] = new Thread(actions[i]);
		}
		for (Thread thread : threads) {
			thread.start();
		}
		for (Thread thread : threads) {
			try {
				thread.join();
			}
			catch (InterruptedException ex) {
				throw new AssertionError(ex);
			}
		}
	}

}
