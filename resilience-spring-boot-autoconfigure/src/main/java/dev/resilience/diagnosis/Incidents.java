package dev.resilience.diagnosis;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

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

	// what went on when another story began
	private final Set<Course.Key> lingering = new HashSet<>();

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
	 * @param moments tells when something on the monotonic clock was
	 * @param subjects all dependencies as they are now
	 */
	public synchronized void observe(long nowNanos, LongFunction<Instant> moments, List<Subject> subjects) {
		this.lingering.retainAll(deviations(subjects));
		List<Subject> fresh = subjects.stream().map((subject) -> subject.without(this.lingering)).toList();
		if (this.course != null && this.course.isOtherStory(nowNanos, fresh)) {
			// what goes on for ever must not hide what comes later
			this.deviatedNanos = nowNanos;
			end(describe(this.course, subjects, moments, true));
			this.lingering.addAll(deviations(subjects.stream().filter(this::isKnown).toList()));
			this.course = null;
			observe(nowNanos, moments, subjects);
			return;
		}
		if (fresh.stream().anyMatch(Subject::isInTrouble)) {
			this.deviatedNanos = nowNanos;
			if (this.course == null) {
				this.course = new Course();
				this.openedNanos = nowNanos;
				this.told = false;
				this.cause = null;
			}
		}
		if (this.course != null) {
			this.course.note(nowNanos, fresh);
			tell(this.course, nowNanos, moments, subjects);
		}
	}

	private static Set<Course.Key> deviations(List<Subject> subjects) {
		return subjects.stream()
			.flatMap((subject) -> subject.deviations()
				.stream()
				.map((deviation) -> new Course.Key(subject.dependency(), deviation.signal())))
			.collect(Collectors.toSet());
	}

	private boolean isKnown(Subject subject) {
		return this.course != null && this.course.knows(subject.dependency());
	}

	private void tell(Course course, long nowNanos, LongFunction<Instant> moments, List<Subject> subjects) {
		if (!this.told || this.cause == null) {
			this.cause = cause(course, subjects);
		}
		boolean understood = nowNanos - this.openedNanos >= UNDERSTOOD_NANOS;
		boolean over = nowNanos - this.deviatedNanos >= OVER_NANOS;
		Incident incident = describe(course, subjects, moments, over);
		this.present = over ? null : incident;
		if ((understood || over) && !this.told) {
			this.told = true;
			this.listeners.forEach((listener) -> listener.began(incident));
		}
		if (over) {
			end(incident);
			this.course = null;
		}
	}

	private void end(Incident incident) {
		this.present = null;
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

	private Incident describe(Course course, List<Subject> subjects, LongFunction<Instant> moments, boolean over) {
		List<Incident.Step> sequence = course.entries()
			.stream()
			.map((entry) -> new Incident.Step(entry.dependency(), entry.deviation().signal(),
					moments.apply(entry.deviation().sinceNanos()), entry.deviation().message()))
			.toList();
		Cause cause = this.cause;
		return new Incident(course.id(), sequence.get(0).since(), over ? moments.apply(this.deviatedNanos) : null,
				sequence, (cause != null) ? cause.category() : null, (cause != null) ? cause.figures() : List.of(),
				advice(course, first(course, subjects), cause));
	}

	private static String before(long nanos) {
		long seconds = Math.round(nanos / 1e9);
		return (seconds <= 0) ? "together with " : seconds + " s before ";
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
