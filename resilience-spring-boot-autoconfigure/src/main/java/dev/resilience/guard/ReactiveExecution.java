package dev.resilience.guard;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

import dev.resilience.DependencyCall;
import dev.resilience.signal.DegradedResponse;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
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

		private final CallerContext context;

		private final @Nullable DegradedResponse response;

		private final AtomicBoolean concluded = new AtomicBoolean();

		private volatile boolean emitted;

		private Subscription(Operation operation, Work work, ContextView context) {
			this.guard = operation.guard();
			this.call = SubscribedCall.begin(operation, work, context);
			this.context = CallerContext.capture(() -> this.guard.environment().context().captureFor(context));
			this.response = context.getOrDefault(DegradedResponse.class, this.guard.environment().response().get());
		}

		private Flux<Object> run() {
			return attempt().doOnCancel(this::cancelled);
		}

		private Context write(Context context) {
			return SubscribedCall.trace(this.call, context.put(DependencyCall.class, this.call.presentAttempt()));
		}

		// whoever has seen an element has been served
		private void cancelled() {
			if (!this.concluded.compareAndSet(false, true)) {
				return;
			}
			if (this.emitted) {
				succeeded();
			}
			else {
				Conclusion.cancelled(this.call);
			}
		}

		private Flux<Object> attempt() {
			return Flux.defer(this::admitted)
				.onErrorResume((ex) -> (ex instanceof Refused refused) ? afterFailure(refused(refused), false)
						: afterFailure(Attempts.failed(this.call, ex, false, this.guard.now()), true));
		}

		private Flux<Object> admitted() {
			this.call.nextAttempt();
			Refusal refusal = this.guard.admission().admit(this.call);
			if (refusal != null) {
				return Flux.error(new Refused(refusal));
			}
			ReactivePermit permit = new ReactivePermit(this.call);
			return permit.acquire()
				.thenMany(Flux
					.defer(() -> permit.hasWaited() ? inContext(this::withinBulkhead, Flux::error) : withinBulkhead()))
				.doOnTerminate(permit::end)
				.doOnCancel(permit::cancel);
		}

		private Flux<Object> withinBulkhead() {
			// to the first signal, and from each to the next: a stream may be endless
			Patience patience = new Patience(this.guard.clock(), this.call.attemptDeadlineNanos() - this.guard.now());
			return Flux.from(publisher())
				.doOnSubscribe((subscription) -> patience.served())
				.doOnNext((value) -> patience.served())
				.timeout(end(patience), (value) -> end(patience),
						Flux.error(() -> Attempts.timedOut(this.call, null).exception()))
				.doOnRequest(patience::asked)
				.doOnNext((value) -> emitted())
				.doOnComplete(() -> {
					if (this.concluded.compareAndSet(false, true)) {
						succeeded();
					}
				})
				// not for a way out, whose time is not that of the spent call
				.contextWrite(this::write);
		}

		private void succeeded() {
			Attempts.succeeded(this.call, false, this.guard.now());
			Conclusion.success(this.call);
		}

		private static Mono<Void> end(Patience patience) {
			return Mono.defer(() -> Mono.delay(Duration.ofNanos(patience.leftNanos())))
				.repeat(() -> patience.leftNanos() > 0)
				.then();
		}

		private void emitted() {
			if (!this.emitted) {
				this.emitted = true;
				if (this.call.operation.form() == Form.FLUX) {
					this.guard.admission().streamBegan(this.call);
				}
			}
		}

		@SuppressWarnings("unchecked")
		private Publisher<Object> publisher() {
			try {
				// it may be subscribed again, so that nothing is its last attempt
				Object result = CallerThread.assemble(this.call, false);
				Publisher<Object> publisher = (result != null) ? (Publisher<Object>) result : Flux.empty();
				// some accept a subscription only when they are connected
				return (this.call.operation.form() == Form.MONO) ? value(Mono.from(publisher))
						: Flux.concat(Mono.empty(), publisher);
			}
			catch (Throwable ex) {
				return Flux.error(ex);
			}
		}

		private Mono<Object> value(Mono<Object> mono) {
			return mono.flatMap(this::result).switchIfEmpty(Mono.defer(() -> result(null)));
		}

		private Mono<Object> result(@Nullable Object value) {
			try {
				return Mono.justOrEmpty(this.call.operation.result(this.call.work, value));
			}
			catch (Throwable ex) {
				return Mono.error(ex);
			}
		}

		// after a real failure that is what the subscriber should see
		private Failure refused(Refused refused) {
			Failure failure = this.call.failure;
			if (failure == null) {
				failure = Failure.refused(this.guard, refused.refusal);
				this.call.failed(failure, this.guard.now());
			}
			return failure;
		}

		private Publisher<Object> afterFailure(Failure failure, boolean attempted) {
			long delay = (attempted && !this.emitted) ? Attempts.retryDelay(this.call, failure, this.call.endNanos())
					: Attempts.NO_RETRY;
			if (delay != Attempts.NO_RETRY) {
				return Mono.delay(Duration.ofNanos(delay)).thenMany(inContext(this::attempt, this::notRepeated));
			}
			return inContext(() -> conclude(failure), (ex) -> conclude(failure));
		}

		// thread-locals may be looked at by the method, and by what subscribes to its
		// result
		private Flux<Object> inContext(Supplier<Publisher<Object>> next,
				Function<Throwable, Publisher<Object>> failed) {
			return Flux.from((subscriber) -> this.context.run(() -> Flux.defer(next).subscribe(subscriber),
					(ex) -> Flux.from(failed.apply(ex)).subscribe(subscriber)));
		}

		// not even the context of the subscriber could be carried over
		private Publisher<Object> notRepeated(Throwable thrown) {
			return conclude(Attempts.failed(this.call, thrown, false, this.guard.now()));
		}

		private Publisher<Object> conclude(Failure failure) {
			if (!this.concluded.compareAndSet(false, true)) {
				return Flux.never(); // cancelled
			}
			if (!this.emitted) {
				return serve(new Rescue(this.call, failure, this.response));
			}
			try {
				// a way out cannot be appended to what was emitted already
				Conclusion.truncated(this.call, failure);
				return Flux.empty();
			}
			catch (Throwable ex) {
				return Flux.error(ex);
			}
		}

		private Publisher<Object> serve(Rescue rescue) {
			Object value;
			try {
				value = rescue.next();
			}
			catch (Throwable ex) {
				return Flux.error(ex);
			}
			if (value instanceof Publisher<?> publisher) {
				return Flux.<Object>from(publisher)
					.mapNotNull(rescue::served)
					.doOnComplete(() -> rescue.served(null))
					.doOnCancel(() -> rescue.served(null))
					.onErrorResume((ex) -> {
						rescue.failed(ex);
						return serve(rescue);
					});
			}
			Object served = rescue.served(value);
			return (served != null) ? Flux.just(served) : Flux.empty();
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
