package dev.resilience.guard;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes on what clients and a server say, until it swallows it: as a network does that
 * has lost a connection and tells neither side.
 */
final class SwallowingProxy implements AutoCloseable {

	private final int server;

	private final ServerSocket listener;

	private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

	private final AtomicInteger lost = new AtomicInteger();

	private final AtomicInteger accepted = new AtomicInteger();

	SwallowingProxy(int server) throws IOException {
		this.server = server;
		this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		start(this::accept);
	}

	int port() {
		return this.listener.getLocalPort();
	}

	/** How many connections there have been. */
	int accepted() {
		return this.accepted.get();
	}

	/** Say no more on the connections that are open now; later ones work. */
	void loseConnections() {
		this.lost.set(this.accepted.get());
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.listener.accept();
			Socket upstream = new Socket(InetAddress.getLoopbackAddress(), this.server);
			this.sockets.add(client);
			this.sockets.add(upstream);
			int number = this.accepted.incrementAndGet();
			start(() -> copy(client, upstream, number));
			start(() -> copy(upstream, client, number));
		}
	}

	private void copy(Socket from, Socket to, int number) throws IOException {
		InputStream in = from.getInputStream();
		OutputStream out = to.getOutputStream();
		byte[] buffer = new byte[8192];
		for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
			if (number > this.lost.get()) {
				out.write(buffer, 0, read);
			}
		}
		if (number > this.lost.get()) {
			to.close();
		}
	}

	private static void start(Work work) {
		Thread thread = new Thread(() -> {
			try {
				work.run();
			}
			catch (IOException ex) {
				// closed
			}
		}, "swallowing-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() throws IOException {
		this.listener.close();
		for (Socket socket : this.sockets) {
			socket.close();
		}
	}

	private interface Work {

		void run() throws IOException;

	}

}
