package dev.resilience.guard;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A call that returns a publisher and is only observed: each subscription is a call, and
 * sees what the publisher emits.
 */
final class ObservingReactiveExecution implements Execution {

	@Override
	public @Nullable Object execute(Operation operation, Work work) throws Throwable {
		Object returned;
		try {
			returned = work.attempt(true);
		}
		catch (Throwable ex) {
			new ObservedCall(operation.begin(work)).ended(ex);
			throw ex;
		}
		if (returned instanceof Mono<?> mono) {
			return Mono.deferContextual((context) -> {
				Call call = SubscribedCall.begin(operation, work, context);
				return value(new ObservedCall(call), mono).contextWrite((inner) -> SubscribedCall.trace(call, inner));
			});
		}
		return (returned instanceof Publisher<?> publisher) ? Flux.deferContextual((context) -> {
			Call call = SubscribedCall.begin(operation, work, context);
			return stream(new ObservedCall(call), publisher).contextWrite((inner) -> SubscribedCall.trace(call, inner));
		}) : returned;
	}

	private static <T> Mono<T> value(ObservedCall call, Mono<T> mono) {
		return mono.doOnSuccess(call::returned).doOnError(call::ended).doOnCancel(call::cancelled);
	}

	// whoever has seen an element has been served
	private static <T> Flux<T> stream(ObservedCall call, Publisher<T> publisher) {
		AtomicBoolean emitted = new AtomicBoolean();
		return Flux.from(publisher).doOnSubscribe((subscription) -> call.subscribed()).doOnNext((element) -> {
			emitted.set(true);
			call.signalled();
		}).doOnRequest(call::asked).doOnComplete(() -> call.ended(null)).doOnError(call::ended).doOnCancel(() -> {
			if (emitted.get()) {
				call.ended(null);
			}
			else {
				call.cancelled();
			}
		});
	}

}
