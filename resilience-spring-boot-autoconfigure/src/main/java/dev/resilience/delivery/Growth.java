package dev.resilience.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

/**
 * Tells whether a backlog grows: it has become larger by {@value #MUCH} calls within half
 * a minute, and they have been waiting for a while. It does so until it is down to half
 * of what it was at most.
 */
final class Growth {

	private static final int MUCH = 10;

	private static final Duration WITHIN = Duration.ofSeconds(30);

	// a burst is delivered by then
	private static final Duration A_WHILE = Duration.ofSeconds(10);

	private final Deque<Sample> samples = new ArrayDeque<>();

	private @Nullable Instant since;

	private long most;

	synchronized void add(Instant now, long pending, Duration oldest) {
		while (!this.samples.isEmpty() && this.samples.getFirst().at().isBefore(now.minus(WITHIN))) {
			this.samples.removeFirst();
		}
		this.samples.addLast(new Sample(now, pending));
		Sample first = this.samples.getFirst();
		if (this.since == null && pending - first.pending() >= MUCH && oldest.compareTo(A_WHILE) >= 0) {
			this.since = first.at();
			this.most = pending;
		}
		else if (this.since != null) {
			this.most = Math.max(this.most, pending);
			if (pending <= this.most / 2) {
				this.since = null;
			}
		}
	}

	/** Since when it grows, {@code null} if it does not. */
	synchronized @Nullable Instant since() {
		return this.since;
	}

	private record Sample(Instant at, long pending) {
	}

}
