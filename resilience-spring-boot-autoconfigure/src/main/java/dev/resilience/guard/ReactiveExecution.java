package dev.resilience.guard;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import dev.resilience.signal.DegradedResponse;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * A call that returns a publisher: guarded for each subscription, and never blocking. A
 * stream that has emitted something is neither repeated nor replaced.
 */
final class ReactiveExecution implements Execution {

	@Override
	public Object execute(Operation operation, Work work) {
		Flux<Object> guarded = Flux.deferContextual((context) -> new Subscription(operation, work, context).run());
		return (operation.form() == Form.MONO) ? guarded.singleOrEmpty() : guarded;
	}

	/**
	 * One subscription is one logical call.
	 */
	private static final class Subscription {

		private final Call call;

		private final Guard guard;

		private final Work work;

		private final @Nullable DegradedResponse response;

		private final AtomicBoolean concluded = new AtomicBoolean();

		private volatile boolean emitted;

		private @Nullable Failure failure;

		private Subscription(Operation operation, Work work, ContextView context) {
			DependencyCall outer = context.getOrDefault(DependencyCall.class, DependencyCallHolder.get());
			this.call = operation.begin(outer);
			this.guard = operation.guard();
			this.work = work;
			this.response = context.getOrDefault(DegradedResponse.class, this.guard.environment().response().get());
		}

		private Flux<Object> run() {
			return attempt().contextWrite((context) -> context.put(DependencyCall.class, this.call)).doOnCancel(() -> {
				if (this.concluded.compareAndSet(false, true)) {
					Conclusion.cancelled(this.call);
				}
			});
		}

		private Flux<Object> attempt() {
			return Flux.defer(this::admitted)
				.onErrorResume((ex) -> afterFailure((ex instanceof Refused refused) ? refused(refused)
						: Attempts.failed(this.call, ex, false, this.guard.now())));
		}

		private Flux<Object> admitted() {
			this.call.nextAttempt();
			Refusal refusal = this.guard.admit(this.call);
			if (refusal != null) {
				return Flux.error(new Refused(refusal));
			}
			ReactivePermit permit = new ReactivePermit(this.call);
			return permit.acquire()
				.thenMany(Flux.defer(this::withinBulkhead))
				.doOnTerminate(permit::end)
				.doOnCancel(permit::cancel);
		}

		private Flux<Object> withinBulkhead() {
			Duration left = Duration.ofNanos(Math.max(0, this.call.attemptDeadlineNanos() - this.guard.now()));
			AtomicBoolean timedOut = new AtomicBoolean();
			// the time of the whole stream, not of each element
			return Flux.from(publisher())
				.takeUntilOther(Mono.delay(left).doOnNext((tick) -> timedOut.set(true)))
				.concatWith(Flux.defer(() -> timedOut.get() ? Flux.error(Attempts.timedOut(this.call, null).exception())
						: Flux.empty()))
				.doOnNext((value) -> this.emitted = true)
				.doOnComplete(() -> {
					long now = this.guard.now();
					boolean slow = Attempts.succeeded(this.call, false, now);
					if (this.concluded.compareAndSet(false, true)) {
						Conclusion.success(this.call, slow, now);
					}
				});
		}

		@SuppressWarnings("unchecked")
		private Publisher<Object> publisher() {
			DependencyCall outer = DependencyCallHolder.get();
			DependencyCallHolder.set(this.call);
			try {
				Object result = this.work.attempt(this.call.isLastAttempt());
				return (result != null) ? (Publisher<Object>) result : Flux.empty();
			}
			catch (Throwable ex) {
				return Flux.error(ex);
			}
			finally {
				DependencyCallHolder.set(outer);
			}
		}

		private Failure refused(Refused refused) {
			return (this.failure != null) ? this.failure : Failure.refused(this.guard, refused.refusal);
		}

		private Publisher<Object> afterFailure(Failure failure) {
			long now = this.guard.now();
			boolean again = failure != this.failure && !this.emitted;
			this.failure = failure;
			long delay = again ? Attempts.retryDelay(this.call, failure, now) : Attempts.NO_RETRY;
			if (delay != Attempts.NO_RETRY) {
				return Mono.delay(Duration.ofNanos(delay)).thenMany(Flux.defer(this::attempt));
			}
			return Flux.defer(() -> conclude(failure, now));
		}

		private Publisher<Object> conclude(Failure failure, long nowNanos) {
			if (!this.concluded.compareAndSet(false, true)) {
				return Flux.never(); // cancelled
			}
			try {
				// a way out cannot be appended to what was emitted already
				return publish(this.emitted ? Conclusion.truncated(this.call, failure, nowNanos)
						: Conclusion.failure(this.call, this.work, failure, nowNanos, this.response));
			}
			catch (Throwable ex) {
				return Flux.error(ex);
			}
		}

		@SuppressWarnings("unchecked")
		private static Publisher<Object> publish(@Nullable Object value) {
			if (value == null) {
				return Flux.empty();
			}
			return (value instanceof Publisher<?> publisher) ? (Publisher<Object>) publisher : Flux.just(value);
		}

	}

	/** Carries a refusal through the pipeline. */
	static final class Refused extends RuntimeException {

		private final Refusal refusal;

		Refused(Refusal refusal) {
			super(refusal.reason(), null, false, false);
			this.refusal = refusal;
		}

	}

}
