package dev.resilience.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;

/**
 * A partner that has a map, or something else in its place.
 */
final class MapPartner implements AutoCloseable {

	final List<Headers> requests = new CopyOnWriteArrayList<>();

	private final HttpServer server;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private volatile HttpHandler handler = (exchange) -> exchange.sendResponseHeaders(404, -1);

	MapPartner() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.setExecutor(this.threads);
		this.server.createContext("/", (exchange) -> {
			try (exchange) {
				this.requests.add(exchange.getRequestHeaders());
				this.handler.handle(exchange);
			}
		});
		this.server.start();
	}

	String url() {
		return "http://localhost:%d/map".formatted(this.server.getAddress().getPort());
	}

	void handle(HttpHandler handler) {
		this.handler = handler;
	}

	void answer(String json) {
		answer(200, "application/vnd.spring-boot.actuator.v3+json", json);
	}

	void answer(int status, String type, String text) {
		byte[] body = text.getBytes(StandardCharsets.UTF_8);
		handle((exchange) -> {
			exchange.getResponseHeaders().add("Content-Type", type);
			exchange.getResponseHeaders().add("Location", "/elsewhere");
			exchange.sendResponseHeaders(status, (body.length > 0) ? body.length : -1);
			exchange.getResponseBody().write(body);
		});
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
