package dev.resilience.sample.partner;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * Somebody else's system, which can be broken.
 */
class Partner implements AutoCloseable {

	private static final int THREADS = 4;

	private final ScheduledExecutorService threads;

	private final FaultyHandler handler;

	private final Listener listener;

	Partner(String name, Service service) {
		this.threads = new ScheduledThreadPoolExecutor(THREADS, (task) -> {
			Thread thread = new Thread(task, "partner-" + name);
			thread.setDaemon(true);
			return thread;
		});
		this.handler = new FaultyHandler(service, this.threads);
		this.listener = new Listener(this.handler, this.threads);
		fault(Fault.NONE);
	}

	URI uri() {
		return URI.create("http://127.0.0.1:" + this.listener.port());
	}

	long requests() {
		return this.handler.requests();
	}

	Fault fault() {
		return this.handler.fault();
	}

	synchronized void fault(Fault fault) {
		this.handler.fault(fault);
		try {
			if (fault == Fault.REFUSE) {
				this.listener.refuse();
			}
			else {
				this.listener.open();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public synchronized void close() throws IOException {
		this.listener.close();
		this.threads.shutdownNow();
	}

}
