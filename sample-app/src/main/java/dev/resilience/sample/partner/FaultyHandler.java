package dev.resilience.sample.partner;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Counts the requests for a service and answers them as the present fault demands. No
 * request holds a thread while it waits.
 */
class FaultyHandler implements HttpHandler {

	/** Longer than what the shop calls slow, shorter than its timeouts. */
	static final Duration SLOW = Duration.ofMillis(1500);

	private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

	private static final int MAX_HANGING = 2000;

	private static final Answer HEALTHY = new Answer(200, Map.of("status", "UP"));

	private final Service service;

	private final ScheduledExecutorService scheduler;

	private final LongAdder requests = new LongAdder();

	private final Queue<HttpExchange> hanging = new ArrayBlockingQueue<>(MAX_HANGING);

	private volatile Fault fault = Fault.NONE;

	FaultyHandler(Service service, ScheduledExecutorService scheduler) {
		this.service = service;
		this.scheduler = scheduler;
	}

	long requests() {
		return this.requests.sum();
	}

	Fault fault() {
		return this.fault;
	}

	void fault(Fault fault) {
		this.fault = fault;
		if (fault != Fault.HANG) {
			releaseHanging();
		}
	}

	@Override
	public void handle(HttpExchange exchange) throws IOException {
		Request request = Request.read(exchange);
		if (!request.isHealthCheck()) {
			this.requests.increment();
			this.service.received(request);
		}
		switch (this.fault) {
			case NONE -> answer(request, this.service::answer).send(exchange);
			case HANG -> hang(exchange);
			case SLOW -> this.scheduler.schedule(() -> answer(request, this.service::answer).send(exchange),
					SLOW.toMillis(), TimeUnit.MILLISECONDS);
			case ERROR -> new Answer(500, Map.of("error", "internal error")).send(exchange);
			case REFUSE -> exchange.close();
			case CORRUPT -> new Answer(200, "<html>This is not JSON", false).send(exchange);
			case PARTIAL -> answer(request, this.service::partialAnswer).send(exchange);
			case RATE_LIMIT -> {
				exchange.getResponseHeaders().set("Retry-After", String.valueOf(RETRY_AFTER.toSeconds()));
				new Answer(429, Map.of("error", "too many requests")).send(exchange);
			}
		}
	}

	private static Answer answer(Request request, Function<Request, Answer> service) {
		try {
			return request.isHealthCheck() ? HEALTHY : service.apply(request);
		}
		catch (JacksonException ex) {
			return new Answer(400, Map.of("error", "not JSON"));
		}
	}

	private void hang(HttpExchange exchange) {
		while (!this.hanging.offer(exchange)) {
			release(this.hanging.poll());
		}
		if (this.fault != Fault.HANG) {
			releaseHanging();
		}
	}

	private void releaseHanging() {
		while (!this.hanging.isEmpty()) {
			release(this.hanging.poll());
		}
	}

	private static void release(@Nullable HttpExchange exchange) {
		if (exchange != null) {
			exchange.getResponseHeaders().set("Connection", "close");
			new Answer(503, Map.of("error", "gave up")).send(exchange);
		}
	}

}
