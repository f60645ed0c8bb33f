package dev.resilience.fault;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a client and its partner, passes on requests and responses, and breaks
 * connections for real. Nothing in it outlives {@link #close()}.
 */
final class FaultProxy implements AutoCloseable {

	private static final long HOLD_MILLIS = 60_000;

	private final Fault fault;

	private final InetSocketAddress partner;

	private final Queue<Closeable> sockets = new ConcurrentLinkedQueue<>();

	private final int every;

	private final CountDownLatch closed = new CountDownLatch(1);

	private final AtomicInteger requests = new AtomicInteger();

	private final int port;

	FaultProxy(Fault fault, CountingPartner partner) {
		this(fault, partner, (fault == Fault.LOSS) ? 5 : 1);
	}

	/**
	 * Create a proxy that breaks not all responses.
	 * @param every of so many, one is broken
	 */
	FaultProxy(Fault fault, CountingPartner partner, int every) {
		this.fault = fault;
		this.every = every;
		this.partner = partner.address();
		try {
			this.port = switch (fault) {
				case REFUSED -> refuse();
				case CONNECT_BLACKHOLE -> ignore();
				default -> listen();
			};
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	URI uri() {
		return URI.create("http://127.0.0.1:" + this.port + CountingPartner.path(this.fault));
	}

	/** The port is taken, so that nobody else gets it, but nobody listens. */
	private int refuse() throws IOException {
		Socket socket = register(new Socket());
		socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
		return socket.getLocalPort();
	}

	/** A full queue of connections that are never accepted: further ones are ignored. */
	private int ignore() throws IOException {
		ServerSocket listener = register(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
		try {
			while (true) {
				register(new Socket()).connect(listener.getLocalSocketAddress(), 200);
			}
		}
		catch (SocketTimeoutException ex) {
			return listener.getLocalPort();
		}
	}

	private int listen() throws IOException {
		ServerSocket listener = register(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()));
		start(() -> {
			while (true) {
				Socket client = register(listener.accept());
				start(() -> serve(client));
			}
		});
		return listener.getLocalPort();
	}

	private void serve(Socket client) throws IOException {
		try (client) {
			InputStream in = new BufferedInputStream(client.getInputStream());
			HttpMessage request = HttpMessage.read(in);
			while (request != null && respond(client, process(request))) {
				request = HttpMessage.read(in);
			}
		}
		finally {
			this.sockets.remove(client);
		}
	}

	/** Lets the partner process a request to its end. */
	private HttpMessage process(HttpMessage request) throws IOException {
		try (Socket upstream = new Socket()) {
			upstream.connect(this.partner);
			upstream.getOutputStream().write(request.bytes());
			HttpMessage response = HttpMessage.read(new BufferedInputStream(upstream.getInputStream()));
			if (response == null) {
				throw new EOFException("No response");
			}
			return response;
		}
	}

	/**
	 * Answers with what the fault leaves of the response.
	 * @return whether the connection may be used again
	 */
	private boolean respond(Socket client, HttpMessage response) throws IOException {
		byte[] bytes = response.bytes();
		if (this.fault.isThePartners() || this.requests.incrementAndGet() % this.every != 0) {
			client.getOutputStream().write(bytes);
			return true;
		}
		switch (this.fault) {
			case RESET, LOSS -> reset(client);
			case EMPTY_REPLY -> client.shutdownOutput();
			case GARBAGE -> send(client, "\u0016\u0003\u0001 no HTTP at all\r\n\r\n");
			case MALFORMED_CHUNK -> send(client, """
					HTTP/1.1 200 OK\r
					Content-Type: application/json\r
					Transfer-Encoding: chunked\r
					\r
					5\r
					{"id"\r
					no size\r
					""");
			case SLOW_FIRST_BYTE -> pause(HOLD_MILLIS);
			case SLOW_DRIP -> drip(client, bytes, 1, 150);
			case BANDWIDTH_CAP -> drip(client, bytes, 100, 100);
			case BODY_CUT -> {
				int middle = (response.headLength() + bytes.length) / 2;
				client.getOutputStream().write(bytes, 0, middle);
			}
			default -> throw new IllegalStateException(this.fault + " is not the proxy's");
		}
		return false;
	}

	private static void reset(Socket client) throws IOException {
		client.setSoLinger(true, 0);
	}

	private static void send(Socket client, String text) throws IOException {
		client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	private void drip(Socket client, byte[] bytes, int size, long millis) throws IOException {
		client.setTcpNoDelay(true);
		OutputStream out = client.getOutputStream();
		for (int from = 0; from < bytes.length && !pause(millis); from += size) {
			out.write(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + size)));
		}
	}

	/** Waits, but not longer than this proxy lives. */
	private boolean pause(long millis) {
		try {
			return this.closed.await(millis, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			return true;
		}
	}

	private <T extends Closeable> T register(T socket) throws IOException {
		this.sockets.add(socket);
		if (this.closed.getCount() == 0) {
			socket.close();
		}
		return socket;
	}

	private static void start(SocketWork work) {
		Thread thread = new Thread(() -> {
			try {
				work.run();
			}
			catch (IOException ex) {
				// the other side has gone, or the proxy was closed
			}
		}, "fault-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() {
		this.closed.countDown();
		for (Closeable socket : this.sockets) {
			try {
				socket.close();
			}
			catch (IOException ex) {
				// it is of no use any more
			}
		}
	}

	@FunctionalInterface
	private interface SocketWork {

		void run() throws IOException;

	}

}
