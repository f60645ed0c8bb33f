package dev.resilience.form;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

import dev.resilience.Dependency;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A client with a method of each form, and two fallbacks for each.
 */
@Dependency(name = "partner")
class Client {

	private final Partner partner;

	Client(Partner partner) {
		this.partner = partner;
	}

	public Object object() throws InterruptedException {
		return this.partner.now("value");
	}

	Object objectInstead() {
		return "instead";
	}

	public int primitive() throws InterruptedException {
		return this.partner.now(7);
	}

	int primitiveInstead() {
		return 8;
	}

	public void nothing() throws InterruptedException {
		this.partner.now("");
	}

	void nothingInstead() {
	}

	public CompletableFuture<Object> completableFuture() {
		return this.partner.later("value");
	}

	Object completableFutureInstead() {
		return "instead";
	}

	CompletableFuture<Object> completableFutureInsteadLater() {
		return CompletableFuture.supplyAsync(() -> "instead");
	}

	public CompletionStage<Object> completionStage() {
		return this.partner.later("value");
	}

	Object completionStageInstead() {
		return "instead";
	}

	CompletionStage<Object> completionStageInsteadLater() {
		return CompletableFuture.supplyAsync(() -> "instead");
	}

	public Future<Object> future() {
		return new PlainFuture(this.partner.later("value"));
	}

	Object futureInstead() {
		return "instead";
	}

	Future<Object> futureInsteadLater() {
		FutureTask<Object> task = new FutureTask<>(() -> "instead");
		CompletableFuture.runAsync(task);
		return task;
	}

	public Mono<Object> mono() {
		return this.partner.stream("value").singleOrEmpty();
	}

	Object monoInstead() {
		return "instead";
	}

	Mono<Object> monoInsteadLater() {
		return Mono.fromFuture(() -> CompletableFuture.supplyAsync(() -> "instead"));
	}

	public Flux<Object> flux() {
		return this.partner.stream("value");
	}

	Object fluxInstead() {
		return "instead";
	}

	Flux<Object> fluxInsteadLater() {
		return monoInsteadLater().flux();
	}

	/** Takes a place in the bulkhead until the partner is released. */
	public CompletableFuture<Object> pending() {
		return this.partner.pending();
	}

	Object pendingInstead() {
		return "instead";
	}

}
