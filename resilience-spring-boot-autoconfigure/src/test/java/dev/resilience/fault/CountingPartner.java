package dev.resilience.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * A partner on a real socket. It answers as the {@linkplain Fault fault} that its path
 * names wants it, and counts what really reached it: requests read to their end, by their
 * method and the key in their body.
 */
final class CountingPartner implements AutoCloseable {

	private final HttpServer server;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final Map<String, Integer> requests = new ConcurrentHashMap<>();

	CountingPartner() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		for (Fault fault : Fault.values()) {
			this.server.createContext(path(fault), (exchange) -> answer(exchange, fault));
		}
		this.server.setExecutor(this.threads);
		this.server.start();
	}

	static String path(Fault fault) {
		return "/" + fault.name().toLowerCase().replace('_', '-');
	}

	private void answer(HttpExchange exchange, Fault fault) throws IOException {
		String key = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
		this.requests.merge(exchange.getRequestMethod() + " " + key, 1, Integer::sum);
		if (fault.retryAfter() != null) {
			exchange.getResponseHeaders().set("Retry-After", fault.retryAfter());
		}
		if (fault.status() == 200) {
			byte[] body = "{\"id\": \"%s\"}".formatted("7".repeat(fault.length())).getBytes(StandardCharsets.UTF_8);
			exchange.getResponseHeaders().set("Content-Type", "application/json");
			exchange.sendResponseHeaders(200, body.length);
			exchange.getResponseBody().write(body);
		}
		else {
			exchange.sendResponseHeaders(fault.status(), -1);
		}
		exchange.close();
	}

	InetSocketAddress address() {
		return this.server.getAddress();
	}

	/** How many POST requests with this key have reached it. */
	int posts(String key) {
		return this.requests.getOrDefault("POST " + key, 0);
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
