package dev.resilience.failure;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Answers each connection with the bytes it was given, or not at all.
 */
final class FaultyServer implements AutoCloseable {

	private final ServerSocket listener;

	private final Thread acceptor;

	private final List<Socket> sockets = new CopyOnWriteArrayList<>();

	private volatile String answer = "";

	private volatile boolean hang;

	private volatile boolean reset;

	FaultyServer() throws IOException {
		this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		this.acceptor = start(this::accept);
	}

	String url() {
		return "http://127.0.0.1:" + port() + "/";
	}

	int port() {
		return this.listener.getLocalPort();
	}

	FaultyServer answer(String status, String headers, String body) {
		return raw("HTTP/1.1 " + status + "\r\nContent-Length: " + body.length() + "\r\nConnection: close\r\n" + headers
				+ "\r\n" + body);
	}

	/** The answer ends, or stops, in its middle. */
	FaultyServer cut(boolean hang) {
		raw("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Type: application/json\r\n\r\n{\"name\": \"");
		this.hang = hang;
		return this;
	}

	FaultyServer hang() {
		raw("");
		this.hang = true;
		return this;
	}

	/** The connection is reset when the request has arrived. */
	FaultyServer reset() {
		raw("");
		this.reset = true;
		return this;
	}

	FaultyServer raw(String answer) {
		this.answer = answer;
		this.hang = false;
		this.reset = false;
		return this;
	}

	private void accept() {
		while (!this.listener.isClosed()) {
			try {
				Socket socket = this.listener.accept();
				this.sockets.add(socket);
				start(() -> serve(socket));
			}
			catch (IOException ex) {
				// the server was closed
			}
		}
	}

	private void serve(Socket socket) {
		try {
			readRequest(socket.getInputStream());
			socket.getOutputStream().write(this.answer.getBytes(StandardCharsets.US_ASCII));
			socket.getOutputStream().flush();
			if (!this.hang) {
				// a connection that lingers for no time at all is reset
				socket.setSoLinger(this.reset, 0);
				socket.close();
			}
		}
		catch (IOException ex) {
			// the client has gone
		}
	}

	private static Thread start(Runnable work) {
		Thread thread = new Thread(work, "faulty-server");
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	private static void readRequest(InputStream in) throws IOException {
		int matched = 0;
		while (matched < 4) {
			int read = in.read();
			if (read == -1) {
				return;
			}
			matched = (read == "\r\n\r\n".charAt(matched)) ? matched + 1 : ((read == '\r') ? 1 : 0);
		}
	}

	@Override
	public void close() {
		try {
			this.listener.close();
			// until then its port is not closed
			this.acceptor.join();
			for (Socket socket : this.sockets) {
				socket.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
