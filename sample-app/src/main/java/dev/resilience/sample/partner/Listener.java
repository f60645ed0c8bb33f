package dev.resilience.sample.partner;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server on a loopback port of its own, which it keeps while it refuses
 * connections.
 */
class Listener implements AutoCloseable {

	static {
		// On JDK 17 the answers on a kept connection take 40 ms otherwise
		System.setProperty("sun.net.httpserver.nodelay", "true");
	}

	private final HttpHandler handler;

	private final Executor threads;

	private InetSocketAddress address = new InetSocketAddress("127.0.0.1", 0);

	private @Nullable HttpServer server;

	private @Nullable Socket reservation;

	Listener(HttpHandler handler, Executor threads) {
		this.handler = handler;
		this.threads = threads;
	}

	int port() {
		return this.address.getPort();
	}

	/**
	 * Accept connections, always on the same port.
	 */
	void open() throws IOException {
		if (this.server == null) {
			close();
			HttpServer server = HttpServer.create(this.address, 0);
			server.createContext("/", this.handler);
			server.setExecutor(this.threads);
			// The server's own thread inherits being a daemon
			CompletableFuture.runAsync(server::start, this.threads).join();
			this.address = server.getAddress();
			this.server = server;
		}
	}

	/**
	 * Break all connections and refuse new ones: a bound socket that does not listen sees
	 * to it that nobody else gets the port meanwhile.
	 */
	void refuse() throws IOException {
		if (this.reservation == null) {
			close();
			this.reservation = new Socket();
			this.reservation.setReuseAddress(true);
			this.reservation.bind(this.address);
		}
	}

	@Override
	public void close() throws IOException {
		if (this.server != null) {
			this.server.stop(0);
			this.server = null;
		}
		if (this.reservation != null) {
			this.reservation.close();
			this.reservation = null;
		}
	}

}
