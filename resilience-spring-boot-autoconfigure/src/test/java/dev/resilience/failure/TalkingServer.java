package dev.resilience.failure;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Greets each connection, and answers each of its lines: with a text, with silence (an
 * empty one), or by hanging up ({@code null}).
 */
final class TalkingServer implements AutoCloseable {

	private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

	private final List<Socket> sockets = new CopyOnWriteArrayList<>();

	private final String greeting;

	private volatile Function<String, @Nullable String> answers;

	TalkingServer(String greeting, Function<String, @Nullable String> answers) throws IOException {
		this.greeting = greeting;
		this.answers = answers;
		start(this::accept);
	}

	int port() {
		return this.listener.getLocalPort();
	}

	void answer(Function<String, @Nullable String> answers) {
		this.answers = answers;
	}

	private void accept() {
		while (!this.listener.isClosed()) {
			try {
				Socket socket = this.listener.accept();
				this.sockets.add(socket);
				start(() -> talk(socket));
			}
			catch (IOException ex) {
				// closed
			}
		}
	}

	private void talk(Socket socket) {
		try (socket) {
			say(socket, this.greeting);
			BufferedReader in = new BufferedReader(
					new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
			for (String line = in.readLine(); line != null; line = in.readLine()) {
				String answer = this.answers.apply(line);
				if (answer == null) {
					return;
				}
				say(socket, answer);
			}
		}
		catch (IOException ex) {
			// the client has gone
		}
	}

	private static void say(Socket socket, String text) throws IOException {
		socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
		socket.getOutputStream().flush();
	}

	private static void start(Runnable work) {
		Thread thread = new Thread(work, "talking-server");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() {
		try {
			this.listener.close();
			for (Socket socket : this.sockets) {
				socket.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
