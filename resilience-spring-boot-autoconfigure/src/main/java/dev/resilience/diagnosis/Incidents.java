package dev.resilience.diagnosis;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;

import dev.resilience.DependencyType;
import org.jspecify.annotations.Nullable;

/**
 * Puts what dependencies deviate in at the same time into one story. To be used by one
 * thread after the other; what it tells may be read by all.
 */
public final class Incidents {

	private static final int KEPT = 20;

	private static final int CHANGES_KEPT = 50;

	// nobody deviates for so long: it is over
	private static final long OVER_NANOS = TimeUnit.SECONDS.toNanos(30);

	// in which the others have time to follow
	private static final long UNDERSTOOD_NANOS = TimeUnit.SECONDS.toNanos(10);

	private final List<Listener> listeners;

	// may come from a call, which must not wait
	private final Deque<Change> changes = new ConcurrentLinkedDeque<>();

	private final Deque<Incident> past = new ArrayDeque<>();

	private @Nullable Course course;

	private long openedNanos;

	private long deviatedNanos;

	private boolean told;

	private @Nullable Cause cause;

	private volatile @Nullable Incident present;

	private volatile List<Incident> ended = List.of();

	/**
	 * Create the story.
	 * @param listeners are told of each incident
	 */
	public Incidents(List<Listener> listeners) {
		this.listeners = List.copyOf(listeners);
	}

	/**
	 * Something was changed or started.
	 * @param change what
	 */
	public void changed(Change change) {
		this.changes.addLast(change);
		if (this.changes.size() > CHANGES_KEPT) {
			this.changes.pollFirst();
		}
	}

	/**
	 * A second has passed.
	 * @param nowNanos the present on the monotonic clock
	 * @param now the present
	 * @param subjects all dependencies as they are now
	 */
	public synchronized void observe(long nowNanos, Instant now, List<Subject> subjects) {
		boolean deviating = subjects.stream().anyMatch((subject) -> !subject.deviations().isEmpty());
		Course course = this.course;
		if (deviating) {
			this.deviatedNanos = nowNanos;
			if (course == null) {
				course = new Course();
				this.course = course;
				this.openedNanos = nowNanos;
				this.told = false;
				this.cause = null;
			}
			course.note(subjects);
		}
		if (course == null) {
			return;
		}
		boolean understood = nowNanos - this.openedNanos >= UNDERSTOOD_NANOS;
		if (!this.told || this.cause == null) {
			Cause cause = cause(course, subjects);
			this.cause = (cause != null) ? cause : this.cause;
		}
		boolean over = nowNanos - this.deviatedNanos >= OVER_NANOS;
		Incident incident = describe(course, subjects, nowNanos, now, over);
		this.present = over ? null : incident;
		if ((understood || over) && !this.told) {
			this.told = true;
			this.listeners.forEach((listener) -> listener.began(incident));
		}
		if (over) {
			end(incident);
		}
	}

	private void end(Incident incident) {
		this.course = null;
		this.past.addFirst(incident);
		if (this.past.size() > KEPT) {
			this.past.removeLast();
		}
		this.ended = List.copyOf(this.past);
		this.listeners.forEach((listener) -> listener.ended(incident));
	}

	private @Nullable Cause cause(Course course, List<Subject> subjects) {
		Subject first = first(course, subjects);
		return (first != null) ? Cause.of(course, first, List.copyOf(this.changes)) : null;
	}

	// it may have been forgotten
	private static @Nullable Subject first(Course course, List<Subject> subjects) {
		String name = course.entries().get(0).dependency();
		return subjects.stream().filter((subject) -> subject.dependency().equals(name)).findFirst().orElse(null);
	}

	private Incident describe(Course course, List<Subject> subjects, long nowNanos, Instant now, boolean over) {
		List<Incident.Step> sequence = course.entries()
			.stream()
			.map((entry) -> new Incident.Step(entry.dependency(), entry.deviation().signal(),
					at(entry.deviation().sinceNanos(), nowNanos, now), entry.deviation().message()))
			.toList();
		Cause cause = this.cause;
		return new Incident(sequence.get(0).since(), over ? at(this.deviatedNanos, nowNanos, now) : null, sequence,
				(cause != null) ? cause.category() : null, (cause != null) ? cause.figures() : List.of(),
				advice(course, first(course, subjects), cause));
	}

	private static Instant at(long nanos, long nowNanos, Instant now) {
		return now.minusNanos(nowNanos - nanos);
	}

	private static String before(long nanos) {
		long seconds = Math.round(nanos / 1e9);
		return (seconds == 0) ? "together with " : seconds + " s before ";
	}

	private static String advice(Course course, @Nullable Subject first, @Nullable Cause cause) {
		String name = course.entries().get(0).dependency();
		StringBuilder advice = new StringBuilder("Look at ").append(name).append(" first");
		course.entries()
			.stream()
			.filter((entry) -> !entry.dependency().equals(name))
			.findFirst()
			.ifPresent((next) -> advice.append(", it deviated ")
				.append(before(next.deviation().sinceNanos() - course.sinceNanos()))
				.append(next.dependency()));
		if (cause != null) {
			advice.append(": ").append(cause.remedy());
		}
		advice.append('.');
		if (first != null && first.type() != DependencyType.CRITICAL) {
			advice.append(" The application can do without it: switch it off to take the load off it and its callers.");
		}
		return advice.toString();
	}

	/**
	 * The incident of now.
	 * @return the incident, {@code null} if there is none
	 */
	public @Nullable Incident present() {
		return this.present;
	}

	/**
	 * The last incidents that are over.
	 * @return the incidents, the last one first
	 */
	public List<Incident> past() {
		return this.ended;
	}

	/**
	 * Is told of each incident, once when it begins and once when it is over.
	 */
	public interface Listener {

		/**
		 * An incident is understood as far as it will be, some seconds after it has
		 * begun.
		 * @param incident the incident
		 */
		void began(Incident incident);

		/**
		 * An incident is over.
		 * @param incident the incident
		 */
		void ended(Incident incident);

	}

}
