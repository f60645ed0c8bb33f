package dev.resilience.interceptor;

import java.util.List;
import java.util.function.UnaryOperator;

import dev.resilience.guard.ContextCarrier;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.ThreadLocalAccessor;

/**
 * Carries whatever is registered with Micrometer's context propagation, and besides that
 * the accessors that nobody registers by himself (MDC, locale, request attributes).
 */
public final class MicrometerContextCarrier implements ContextCarrier {

	private final Factories all;

	private final Factories withoutRequest;

	/**
	 * Create the carrier.
	 * @param accessors those to use unless the application has registered its own
	 * @param requestKey the key of the accessor of request attributes
	 */
	public MicrometerContextCarrier(List<ThreadLocalAccessor<?>> accessors, Object requestKey) {
		ContextRegistry shared = ContextRegistry.getInstance();
		ContextRegistry own = new ContextRegistry();
		shared.getContextAccessors().forEach(own::registerContextAccessor);
		for (ThreadLocalAccessor<?> accessor : accessors) {
			boolean registered = shared.getThreadLocalAccessors()
				.stream()
				.anyMatch((each) -> each.key().equals(accessor.key()));
			if (!registered) {
				own.registerThreadLocalAccessor(accessor);
			}
		}
		this.all = new Factories(ContextSnapshotFactory.builder().contextRegistry(shared).clearMissing(true).build(),
				ContextSnapshotFactory.builder().contextRegistry(own).clearMissing(true).build());
		this.withoutRequest = new Factories(
				ContextSnapshotFactory.builder()
					.contextRegistry(shared)
					.clearMissing(true)
					.captureKeyPredicate((key) -> !key.equals(requestKey))
					.build(),
				ContextSnapshotFactory.builder()
					.contextRegistry(own)
					.clearMissing(true)
					.captureKeyPredicate((key) -> !key.equals(requestKey))
					.build());
	}

	@Override
	public UnaryOperator<Runnable> capture(boolean outlivesRequest) {
		return (outlivesRequest ? this.withoutRequest : this.all).capture();
	}

	@Override
	public UnaryOperator<Runnable> captureFor(Object subscriber) {
		return this.all.capture(subscriber);
	}

	private record Factories(ContextSnapshotFactory shared, ContextSnapshotFactory own) {

		UnaryOperator<Runnable> capture(Object... contexts) {
			ContextSnapshot shared = this.shared.captureAll(contexts);
			ContextSnapshot own = this.own.captureAll(contexts);
			return (work) -> shared.wrap(own.wrap(work));
		}

	}

}
