package dev.resilience.failure;

import java.util.Map;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

import static java.util.Map.entry;

/**
 * Exceptions of HTTP engines and JSON libraries that Spring's clients let through, by
 * their class names: none of these libraries needs to be there.
 */
final class NamedLinkClassifier implements LinkClassifier {

	private static final Map<String, FailureKind> KINDS = Map.ofEntries(
			// Reactor Netty
			entry("reactor.netty.internal.shaded.reactor.pool.PoolAcquireTimeoutException",
					FailureKind.CONNECTION_REFUSED),
			entry("reactor.netty.internal.shaded.reactor.pool.PoolAcquirePendingLimitException",
					FailureKind.CONNECTION_REFUSED),
			entry("io.netty.handler.timeout.ReadTimeoutException", FailureKind.TIMEOUT),
			entry("io.netty.handler.codec.DecoderException", FailureKind.CORRUPT_DATA),
			// JSON
			entry("tools.jackson.core.JacksonException", FailureKind.CORRUPT_DATA),
			entry("com.fasterxml.jackson.core.JsonProcessingException", FailureKind.CORRUPT_DATA));

	private static final ClassValue<@Nullable Classification> BY_CLASS = new ClassValue<>() {
		@Override
		protected @Nullable Classification computeValue(Class<?> type) {
			for (Class<?> each = type; each != null; each = each.getSuperclass()) {
				FailureKind kind = KINDS.get(each.getName());
				if (kind != null) {
					return Classification.of(kind);
				}
			}
			return null;
		}
	};

	@Override
	public @Nullable Classification classify(Throwable link) {
		return BY_CLASS.get(link.getClass());
	}

}
