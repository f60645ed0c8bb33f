package dev.resilience.delivery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * A partner to whom parcels are sent over HTTP, and who notes them all.
 */
final class PartnerServer implements AutoCloseable {

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final HttpServer server;

	private final ParcelLedger ledger;

	private final BooleanSupplier refuses;

	/**
	 * Start the partner.
	 * @param ledger in which he notes what arrives
	 * @param refuses whether he does not take the present parcel
	 */
	PartnerServer(ParcelLedger ledger, BooleanSupplier refuses) {
		this.ledger = ledger;
		this.refuses = refuses;
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.setExecutor(this.threads);
		this.server.createContext("/", this::handle);
		this.server.start();
	}

	URI url() {
		InetSocketAddress address = this.server.getAddress();
		return URI.create("http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + "/");
	}

	private void handle(HttpExchange exchange) throws IOException {
		try (exchange) {
			// a request that breaks off in the middle was not received
			exchange.getRequestBody().readAllBytes();
			boolean taken = !this.refuses.getAsBoolean();
			this.ledger.arrived(exchange.getRequestHeaders().getFirst("Parcel"),
					exchange.getRequestHeaders().getFirst("Idempotency-Key"),
					exchange.getRequestHeaders().getFirst("Sender"), taken);
			exchange.sendResponseHeaders(taken ? HttpURLConnection.HTTP_NO_CONTENT : HttpURLConnection.HTTP_UNAVAILABLE,
					-1);
		}
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.threads.shutdownNow();
	}

}
