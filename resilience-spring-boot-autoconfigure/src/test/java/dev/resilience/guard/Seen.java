package dev.resilience.guard;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;

import dev.resilience.DependencyOverloadedException;
import dev.resilience.DependencyUnavailableException;
import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What a caller has seen of a call.
 */
enum Seen {

	/** A value, or an exception that is an answer. */
	SUCCESS,

	FALLBACK,

	FAILURE,

	REJECTED,

	/** Nothing: it gave up. */
	CANCELLED;

	/** Make a call and wait for its end, or give it up. */
	static Seen of(Operation operation, Work work, boolean givesUp) {
		try {
			return of(outcome(operation.call(work), givesUp));
		}
		catch (CancellationException ex) {
			return CANCELLED;
		}
		catch (CompletionException ex) {
			return of(ex.getCause());
		}
		catch (Throwable ex) {
			return of(ex);
		}
	}

	private static @Nullable Object outcome(@Nullable Object result, boolean givesUp) {
		if (result instanceof CompletableFuture<?> future) {
			if (givesUp) {
				future.cancel(true);
			}
			return future.join();
		}
		return (result instanceof Publisher<?> publisher) ? Flux.from(publisher).blockLast() : result;
	}

	private static Seen of(@Nullable Object outcome) {
		if (outcome instanceof KindException ex) {
			return (ex.kind() == FailureKind.NONE) ? SUCCESS : FAILURE;
		}
		if (outcome instanceof DependencyOverloadedException || outcome instanceof DependencyUnavailableException) {
			return REJECTED;
		}
		return (outcome instanceof Throwable) ? FAILURE : (outcome == Ledger.INSTEAD) ? FALLBACK : SUCCESS;
	}

	/** A value in the form of the operation. */
	static Object value(Form form) {
		return switch (form) {
			case STAGE -> CompletableFuture.completedFuture(Ledger.VALUE);
			case MONO, FLUX -> Mono.just(Ledger.VALUE);
			default -> Ledger.VALUE;
		};
	}

	/** No value by any deadline. */
	static Object hang(Form form) throws InterruptedException {
		return switch (form) {
			case STAGE -> new CompletableFuture<>();
			case MONO, FLUX -> Mono.never();
			default -> {
				new CountDownLatch(1).await();
				yield Ledger.VALUE;
			}
		};
	}

}
