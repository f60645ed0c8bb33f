package dev.resilience.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import dev.resilience.guard.Workers;
import org.jspecify.annotations.Nullable;

import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Stores the calls of concurrent callers together, on threads that nobody interrupts.
 * Each caller waits until his own one is stored.
 */
final class GroupedWrites implements AutoCloseable {

	private static final int LARGEST = 128;

	private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private final Consumer<List<Letter>> write;

	private final BlockingQueue<Entry> waiting = new LinkedBlockingQueue<>();

	// an interrupt would close the file of an H2 database
	private final Entry end = new Entry(new Letter("", "", "", new byte[0], null, Instant.EPOCH),
			new AtomicBoolean(true), new CompletableFuture<>());

	private volatile boolean closed;

	/**
	 * Start to write.
	 * @param write stores letters, all or none
	 * @param writers how many do so at once: a database that brings the commits of
	 * several to its disk together would wait for a single one
	 */
	GroupedWrites(Consumer<List<Letter>> write, int writers) {
		this.write = write;
		ThreadFactory threads = Workers.threads("resilience-store-");
		for (int i = 0; i < writers; i++) {
			threads.newThread(this::run).start();
		}
	}

	/**
	 * Store a letter.
	 * @param patience how long to wait for the store
	 * @throws TimeoutException if it did not answer in time; the message says whether the
	 * letter may be stored nevertheless
	 * @throws ExecutionException if it failed
	 */
	void write(Letter letter, Duration patience) throws TimeoutException, ExecutionException {
		Entry entry = new Entry(letter, new AtomicBoolean(), new CompletableFuture<>());
		this.waiting.add(entry);
		if (this.closed && entry.taken().compareAndSet(false, true)) {
			// nobody may look at it any more
			entry.stored().completeExceptionally(new IllegalStateException("The application has stopped"));
		}
		boolean interrupted = false;
		long end = System.nanoTime() + patience.toNanos();
		try {
			while (true) {
				try {
					entry.stored().get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
					return;
				}
				catch (InterruptedException ex) {
					// it may be stored already: first know, then obey
					interrupted = true;
				}
			}
		}
		catch (TimeoutException ex) {
			if (!entry.stored().cancel(false) && !entry.stored().isCompletedExceptionally()) {
				// it was stored at this moment
				return;
			}
			boolean neverTaken = entry.taken().compareAndSet(false, true);
			if (neverTaken) {
				this.waiting.remove(entry);
			}
			throw new TimeoutException("the store did not answer within " + patience
					+ (neverTaken ? ", and nothing was stored" : ", and may have it nevertheless"));
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** How many wait until their turn comes. */
	int waiting() {
		return this.waiting.size();
	}

	private void run() {
		List<Entry> batch = new ArrayList<>();
		while (!this.closed) {
			try {
				batch.add(this.waiting.take());
				this.waiting.drainTo(batch, LARGEST - 1);
			}
			catch (InterruptedException ex) {
				// nobody has a reason to
				continue;
			}
			batch.removeIf((entry) -> entry == this.end || !entry.taken().compareAndSet(false, true));
			write(batch);
			batch.clear();
		}
		Entry left = this.waiting.poll();
		while (left != null) {
			if (left.taken().compareAndSet(false, true)) {
				left.stored().completeExceptionally(new IllegalStateException("The application has stopped"));
			}
			left = this.waiting.poll();
		}
		// for the next writer
		this.waiting.add(this.end);
	}

	private void write(List<Entry> batch) {
		if (batch.isEmpty()) {
			return;
		}
		try {
			this.write.accept(batch.stream().map(Entry::letter).toList());
		}
		catch (Throwable ex) {
			// the fault of one must not be that of the others
			batch.forEach(this::writeAlone);
			return;
		}
		batch.forEach((entry) -> entry.stored().complete(null));
	}

	// an answer that was lost is asked for until its caller has no patience any more
	private void writeAlone(Entry entry) {
		while (!entry.stored().isDone()) {
			try {
				this.write.accept(List.of(entry.letter()));
				entry.stored().complete(null);
			}
			catch (DuplicateKeyException ex) {
				// it was stored before
				entry.stored().complete(null);
			}
			catch (Throwable ex) {
				if (this.closed || !mayHaveBeenStored(ex)) {
					entry.stored().completeExceptionally(ex);
				}
				else {
					LockSupport.parkNanos(PAUSE_NANOS);
				}
			}
		}
	}

	private static boolean mayHaveBeenStored(Throwable ex) {
		return ex instanceof TransactionException || ex instanceof TransientDataAccessException
				|| ex instanceof RecoverableDataAccessException
				|| ex instanceof NonTransientDataAccessResourceException;
	}

	@Override
	public void close() {
		this.closed = true;
		this.waiting.add(this.end);
	}

	/**
	 * A letter whose writer waits.
	 *
	 * @param taken whether it is being written, or was given up
	 * @param stored completes when it is stored
	 */
	private record Entry(Letter letter, AtomicBoolean taken, CompletableFuture<@Nullable Void> stored) {
	}

}
