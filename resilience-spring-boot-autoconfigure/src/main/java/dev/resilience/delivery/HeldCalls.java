package dev.resilience.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import com.github.kagkarlsson.scheduler.Clock;
import dev.resilience.signal.DependencyLog;
import org.slf4j.event.Level;

import org.springframework.transaction.CannotCreateTransactionException;

/**
 * The stored calls that this instance holds back until transactions of other databases
 * have ended. If it dies, they are taken over.
 */
final class HeldCalls {

	/** Who has them in hand, for db-scheduler. */
	static final String HELD = "held";

	private final DeliveryStore store;

	private final Clock clock;

	private final DependencyLog log = new DependencyLog(System::nanoTime);

	// those of transactions that have not ended yet
	private final Set<Held> held = ConcurrentHashMap.newKeySet();

	// those of transactions that were rolled back, as long as they cannot be removed
	private final Set<Held> dropped = ConcurrentHashMap.newKeySet();

	HeldCalls(DeliveryStore store, Clock clock) {
		this.store = store;
		this.clock = clock;
	}

	private static Held of(Letter letter) {
		return new Held(letter.id(), DeliveryStore.FIRST_VERSION);
	}

	/**
	 * Store a call, and hold it back. If that fails, it may be stored nevertheless:
	 * {@linkplain #drop drop} it.
	 * @throws CannotCreateTransactionException if it is not stored
	 */
	void add(Letter letter) {
		Held call = of(letter);
		this.held.add(call);
		try {
			this.store.addHeld(letter, this.clock);
		}
		catch (CannotCreateTransactionException ex) {
			// nothing was sent
			this.held.remove(call);
			throw ex;
		}
	}

	/** Whether this instance holds a call, or could not remove it yet. */
	boolean has(Held call) {
		return this.held.contains(call) || this.dropped.contains(call);
	}

	/** Forget a call that may be held, now or when the store answers again. */
	void drop(Letter letter) {
		Held call = of(letter);
		this.dropped.add(call);
		this.held.remove(call);
		try {
			remove(List.of(call));
		}
		catch (RuntimeException ex) {
			failed(letter, ex);
		}
	}

	/** Have a call delivered that was held; if that fails, it is taken over. */
	void release(Letter letter) {
		Held call = of(letter);
		this.held.remove(call);
		try {
			this.store.giveBack(call, this.clock.now(), 0);
		}
		catch (RuntimeException ex) {
			failed(letter, ex);
		}
	}

	/** Have a call taken over that was held, unless it is dropped or released soon. */
	void letGo(Letter letter) {
		this.held.remove(of(letter));
	}

	// whoever has made the call is to see how his transaction has ended
	private void failed(Letter letter, RuntimeException failure) {
		this.log.repeated(Level.WARN, letter.dependency(), failure,
				"The store of durable calls of dependency '{}' does not answer", letter.dependency());
	}

	/** Keep others from taking over what is held, and try again to drop calls. */
	void keep() {
		List<Held> calls = new ArrayList<>(this.held);
		calls.addAll(this.dropped);
		for (int i = 0; i < calls.size(); i += DeliveryStore.MOST) {
			this.store.keepHeld(calls.subList(i, Math.min(i + DeliveryStore.MOST, calls.size())), this.clock);
		}
		List<Held> gone = List.copyOf(this.dropped);
		for (int i = 0; i < gone.size(); i += DeliveryStore.MOST) {
			remove(gone.subList(i, Math.min(i + DeliveryStore.MOST, gone.size())));
		}
	}

	// also what others have taken over in the meantime: it is to be delivered by nobody
	private void remove(List<Held> calls) {
		this.store.forget(calls);
		calls.forEach(this.dropped::remove);
	}

}
