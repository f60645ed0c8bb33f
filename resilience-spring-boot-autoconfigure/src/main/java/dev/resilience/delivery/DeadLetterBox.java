package dev.resilience.delivery;

import java.time.Instant;
import java.util.List;
import java.util.function.ToIntBiFunction;

import dev.resilience.registry.DeadLetter;
import dev.resilience.registry.DeadLetters;
import dev.resilience.signal.DeliveryResult;
import org.jspecify.annotations.Nullable;

/**
 * Where somebody decides about dead letters.
 */
public final class DeadLetterBox implements DeadLetters {

	private final DeliveryEngine engine;

	/**
	 * Create the box.
	 * @param engine delivers what is tried again
	 */
	public DeadLetterBox(DeliveryEngine engine) {
		this.engine = engine;
	}

	@Override
	public List<DeadLetter> page(String dependency, int page, int size, boolean withArguments) {
		OpenStore store = this.engine.store();
		if (store == null) {
			return List.of();
		}
		return store.deadLetters()
			.page(dependency, (long) page * size, size, withArguments)
			.stream()
			.map((row) -> new DeadLetter(row.id(), row.operation(), row.acceptedAt().toString(),
					row.diedAt().toString(), row.attempts(), row.reason(), row.failure(), row.exception(),
					withArguments ? store.format().show(row.payload()) : null))
			.toList();
	}

	@Override
	public int requeue(String dependency, @Nullable String id) {
		return decide(dependency, DeliveryResult.REQUEUED, (letters, now) -> letters.requeue(dependency, id, now));
	}

	@Override
	public int discard(String dependency, @Nullable String id) {
		return decide(dependency, DeliveryResult.DISCARDED, (letters, now) -> letters.discard(dependency, id, now));
	}

	private int decide(String dependency, DeliveryResult result, ToIntBiFunction<DeadLetterStore, Instant> decision) {
		OpenStore store = this.engine.store();
		if (store == null) {
			return 0;
		}
		int letters = decision.applyAsInt(store.deadLetters(), this.engine.clock().now());
		DependencyDeliveries deliveries = this.engine.dependency(dependency);
		if (deliveries != null) {
			deliveries.guard().delivered(result, letters);
			deliveries.wake();
		}
		store.backlogs().count();
		return letters;
	}

}
