package dev.resilience.form;

import java.lang.Thread.State;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

import org.springframework.util.ClassUtils;

/**
 * Makes one call, notes what is seen of it, and may give up.
 */
final class Caller {

	private final CompletableFuture<String> seen = new CompletableFuture<>();

	private final Partner partner;

	private final @Nullable Thread thread;

	private final Runnable giveUp;

	private Caller(Cell cell, Client client, Partner partner) {
		this.partner = partner;
		if (cell.form().isBlocking()) {
			Thread thread = cell.isolation().newCaller(() -> callAndWait(client, cell.form().method()));
			thread.start();
			this.thread = thread;
			this.giveUp = thread::interrupt;
		}
		else {
			this.thread = null;
			this.giveUp = callAndListen(client, cell.form().method());
		}
	}

	static Caller call(Cell cell, Client client, Partner partner) {
		return new Caller(cell, client, partner);
	}

	private void callAndWait(Client client, String method) {
		String result;
		try {
			result = String.valueOf(invoke(client, method));
		}
		catch (Throwable ex) {
			result = thrown(ex);
		}
		this.seen.complete(Thread.interrupted() ? result + ", interrupted" : result);
	}

	private Runnable callAndListen(Client client, String method) {
		Object result;
		try {
			result = invoke(client, method);
		}
		catch (Throwable ex) {
			throw new AssertionError("It should have been told later", ex);
		}
		if (result instanceof Publisher<?> publisher) {
			return listen(publisher);
		}
		if (result instanceof CompletableFuture<?> future) {
			future.whenComplete((value, ex) -> this.seen.complete((ex != null) ? thrown(ex) : String.valueOf(value)));
			return () -> future.cancel(true);
		}
		this.seen.complete(String.valueOf(result));
		return () -> {
		};
	}

	private Runnable listen(Publisher<?> publisher) {
		List<Object> elements = new CopyOnWriteArrayList<>();
		Disposable subscription = Flux.from(publisher)
			.doOnCancel(() -> this.seen.complete("gone"))
			.subscribe(elements::add,
					(ex) -> this.seen.complete(elements.isEmpty() ? thrown(ex) : elements + " " + thrown(ex)),
					() -> this.seen.complete(elements.toString()));
		return subscription::dispose;
	}

	private String thrown(Throwable exception) {
		if (exception instanceof CancellationException && !(Thread.currentThread().isInterrupted())) {
			return "gone";
		}
		Throwable thrown = (exception instanceof CompletionException && exception.getCause() != null)
				? exception.getCause() : exception;
		return "throws " + ((thrown == this.partner.failure) ? "its exception" : thrown.getClass().getSimpleName());
	}

	private static @Nullable Object invoke(Client client, String method) throws Throwable {
		try {
			return ClassUtils.getMethod(Client.class, method).invoke(client);
		}
		catch (InvocationTargetException ex) {
			throw (ex.getCause() != null) ? ex.getCause() : ex;
		}
	}

	String seen() throws Exception {
		return this.seen.get(20, TimeUnit.SECONDS);
	}

	/** Whether the call has begun to wait for something. */
	boolean isWaiting() {
		return this.thread == null || this.thread.getState() == State.TIMED_WAITING;
	}

	void giveUp() {
		this.giveUp.run();
	}

}
