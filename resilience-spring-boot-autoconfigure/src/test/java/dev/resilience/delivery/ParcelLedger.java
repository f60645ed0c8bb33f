package dev.resilience.delivery;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Everything that has happened to parcels, as it was seen from outside the instances that
 * send them. An id begins with the name of the instance that was asked to send it.
 */
final class ParcelLedger {

	private final AtomicLong moments = new AtomicLong();

	private final Set<String> begun = ConcurrentHashMap.newKeySet();

	private final Map<String, Long> accepted = new ConcurrentHashMap<>();

	private final Set<String> refused = ConcurrentHashMap.newKeySet();

	private final Set<String> failed = ConcurrentHashMap.newKeySet();

	private final Queue<Arrival> arrivals = new ConcurrentLinkedQueue<>();

	private final Set<String> taken = ConcurrentHashMap.newKeySet();

	private final Map<String, Long> deaths = new ConcurrentHashMap<>();

	private final List<Long> databaseDeaths = new CopyOnWriteArrayList<>();

	private long now() {
		return this.moments.incrementAndGet();
	}

	/** A call has begun. */
	void begun(String id) {
		this.begun.add(id);
	}

	/** It has returned: the parcel must arrive. */
	void accepted(String id) {
		this.accepted.put(id, now());
	}

	/**
	 * It has failed, and it was said that nothing was stored: the parcel must not arrive.
	 */
	void refused(String id) {
		this.refused.add(id);
	}

	/** It has failed: the parcel may arrive. */
	void failed(String id) {
		this.failed.add(id);
	}

	void arrived(String id, String key, String sender, boolean isTaken) {
		this.arrivals.add(new Arrival(now(), id, key, sender, isTaken));
		if (isTaken) {
			this.taken.add(id);
		}
	}

	/** An instance has died. */
	void died(String instance) {
		this.deaths.put(instance, now());
	}

	/** The database of all instances has died. */
	void databaseDied() {
		this.databaseDeaths.add(now());
	}

	/** Whether all that was accepted has arrived. */
	boolean isComplete() {
		return this.taken.containsAll(this.accepted.keySet());
	}

	List<Arrival> arrivals() {
		return List.copyOf(this.arrivals);
	}

	Set<String> begun() {
		return this.begun;
	}

	Set<String> refused() {
		return this.refused;
	}

	Set<String> failed() {
		return this.failed;
	}

	Map<String, Long> accepted() {
		return this.accepted;
	}

	/** How many instances were killed. */
	int deaths() {
		return this.deaths.size();
	}

	/** How often the database was killed. */
	int databaseDeaths() {
		return this.databaseDeaths.size();
	}

	/** Whether an accepted parcel had to survive something before a moment. */
	boolean survived(String id, long moment) {
		String asked = id.substring(0, id.indexOf('-'));
		return this.deaths.getOrDefault(asked, Long.MAX_VALUE) < moment || survivedDatabase(id, moment);
	}

	private boolean survivedDatabase(String id, long moment) {
		long accepted = this.accepted.getOrDefault(id, 0L);
		return this.databaseDeaths.stream().anyMatch((death) -> accepted < death && death < moment);
	}

	/**
	 * Whether a parcel arrived once more because nobody could note any more that it had
	 * arrived.
	 */
	boolean isForgotten(Arrival first, Arrival again) {
		return this.deaths.getOrDefault(first.sender(), Long.MAX_VALUE) < again.moment()
				|| survivedDatabase(first.id(), again.moment());
	}

}
