package dev.resilience.guard;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * What one attempt has sent, the guarded calls within it included, and the numbers by
 * which the next attempt gives the same requests the same keys.
 */
final class Requests {

	private int round;

	private final AtomicInteger withKey = new AtomicInteger();

	private final AtomicInteger withoutKey = new AtomicInteger();

	private volatile boolean keyTaken;

	private final AtomicInteger own = new AtomicInteger();

	// apart for each operation: a call that is left out, or is made side by side with
	// another one, must not change the keys of others
	private final Map<String, Integer> nested = new ConcurrentHashMap<>();

	Requests(int round) {
		this.round = round;
	}

	/** The next attempt leaves out what has succeeded: its requests are other ones. */
	void narrowed() {
		this.round++;
	}

	/** What the next attempt starts with. */
	@Nullable Requests next() {
		return (this.round > 0) ? new Requests(this.round) : null;
	}

	void started(boolean withKey) {
		count(withKey).incrementAndGet();
	}

	void notSent(boolean withKey) {
		count(withKey).decrementAndGet();
	}

	private AtomicInteger count(boolean withKey) {
		return withKey ? this.withKey : this.withoutKey;
	}

	int sent() {
		return this.withKey.get() + this.withoutKey.get();
	}

	/** The code of the attempt has asked for the key, to send it by itself. */
	void keyTaken() {
		this.keyTaken = true;
	}

	/**
	 * Whether all that left can be recognised when it is sent again. What nobody has seen
	 * leave cannot, unless whoever sent it has asked for the key.
	 */
	boolean isRecognisable() {
		return this.withoutKey.get() == 0 && (this.keyTaken || this.withKey.get() > 0);
	}

	/** Tells the next request of the call itself from its others. */
	String nextRequest() {
		return prefix() + this.own.incrementAndGet();
	}

	/** Tells the next call of an operation from all others within the attempt. */
	String nextCall(String operation) {
		// as text it may be anything, and a key has to be short
		return prefix() + Integer.toHexString(operation.hashCode()) + "-"
				+ this.nested.merge(operation, 1, Integer::sum);
	}

	private String prefix() {
		return (this.round > 0) ? "-r" + this.round + "-" : "-";
	}

}
