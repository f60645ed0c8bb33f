package dev.resilience.failure;

import java.time.Duration;
import java.time.Instant;

import dev.resilience.FailureKind;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * The status of a gRPC call. A channel that found no connection says so by a cause of the
 * status.
 */
final class GrpcLinkClassifier implements LinkClassifier {

	private static final Metadata.Key<String> RETRY_AFTER = Metadata.Key.of("retry-after",
			Metadata.ASCII_STRING_MARSHALLER);

	private static final Metadata.Key<String> PUSHBACK_MILLIS = Metadata.Key.of("grpc-retry-pushback-ms",
			Metadata.ASCII_STRING_MARSHALLER);

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (link instanceof StatusRuntimeException failure) {
			return classify(failure.getStatus(), failure.getTrailers());
		}
		if (link instanceof StatusException failure) {
			return classify(failure.getStatus(), failure.getTrailers());
		}
		return null;
	}

	private static Classification classify(Status status, @Nullable Metadata trailers) {
		return switch (status.getCode()) {
			case DEADLINE_EXCEEDED -> Classification.of(FailureKind.TIMEOUT);
			case RESOURCE_EXHAUSTED -> isTooLarge(status) ? Classification.of(FailureKind.CLIENT_ERROR)
					: Classification.of(FailureKind.RATE_LIMITED, retryAfter(trailers));
			case UNAVAILABLE -> Classification.of(FailureKind.SERVER_ERROR, retryAfter(trailers));
			case INTERNAL, ABORTED -> Classification.of(FailureKind.SERVER_ERROR);
			case DATA_LOSS -> Classification.of(FailureKind.CORRUPT_DATA);
			case UNAUTHENTICATED, PERMISSION_DENIED -> Classification.UNAUTHORIZED;
			case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, OUT_OF_RANGE, UNIMPLEMENTED ->
				Classification.of(FailureKind.CLIENT_ERROR);
			default -> Classification.of(FailureKind.UNKNOWN);
		};
	}

	// the same code for a message over the limit, which may be the reply to a request
	// that was served; the texts are those of grpc-java
	private static boolean isTooLarge(Status status) {
		String description = (status.getDescription() != null) ? status.getDescription() : "";
		return description.contains("exceeds maximum size") || description.startsWith("message too large");
	}

	private static @Nullable Duration retryAfter(@Nullable Metadata trailers) {
		if (trailers == null) {
			return null;
		}
		String millis = trailers.get(PUSHBACK_MILLIS);
		if (millis != null && millis.matches("[0-9]{1,11}")) {
			return RetryAfter.millis(Long.parseLong(millis));
		}
		return RetryAfter.parse(trailers.get(RETRY_AFTER), Instant.now());
	}

}
