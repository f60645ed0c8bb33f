package dev.resilience.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * A partner on a real socket: {@code /ok} and {@code /error} answer, {@code /drop} reads
 * the request and hangs up.
 */
final class Partner implements AutoCloseable {

	private final HttpServer server;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final AtomicInteger requests = new AtomicInteger();

	private volatile Headers lastHeaders = new Headers();

	Partner() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.createContext("/ok", (exchange) -> answer(exchange, 200));
		this.server.createContext("/error", (exchange) -> answer(exchange, 500));
		this.server.createContext("/drop", (exchange) -> {
			this.requests.incrementAndGet();
			exchange.getRequestBody().readAllBytes();
			exchange.close();
		});
		this.server.setExecutor(this.threads);
		this.server.start();
	}

	private void answer(HttpExchange exchange, int status) throws IOException {
		this.requests.incrementAndGet();
		this.lastHeaders = exchange.getRequestHeaders();
		exchange.getRequestBody().readAllBytes();
		exchange.sendResponseHeaders(status, -1);
		exchange.close();
	}

	int requests() {
		return this.requests.get();
	}

	/** The values of a header of the last request that was answered. */
	List<String> received(String header) {
		return this.lastHeaders.getOrDefault(header, List.of());
	}

	String url(String path) {
		return url(this.server.getAddress().getPort(), path);
	}

	/** Where nobody listens. */
	static String closedUrl() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return url(socket.getLocalPort(), "/");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String url(int port, String path) {
		return "http://%s:%d%s".formatted(InetAddress.getLoopbackAddress().getHostAddress(), port, path);
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
