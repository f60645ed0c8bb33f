package dev.resilience.failure;

import dev.resilience.FailureKind;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's producer. It repeats what can be repeated by itself: what arrives here has been
 * tried.
 */
final class KafkaLinkClassifier implements LinkClassifier {

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (!(link instanceof KafkaException)) {
			return null;
		}
		if (link instanceof SerializationException) {
			return Classification.OURS;
		}
		if (link instanceof BufferExhaustedException) {
			return Classification.REFUSED;
		}
		if (link instanceof TimeoutException) {
			return Classification.of(FailureKind.TIMEOUT);
		}
		if (link instanceof ThrottlingQuotaExceededException throttled) {
			return Classification.of(FailureKind.RATE_LIMITED, RetryAfter.millis(throttled.throttleTimeMs()));
		}
		if (link instanceof AuthenticationException || link instanceof AuthorizationException) {
			return Classification.UNAUTHORIZED;
		}
		if (link instanceof InvalidConfigurationException || link instanceof RecordTooLargeException
				|| link instanceof InvalidTimestampException || link instanceof PolicyViolationException) {
			return Classification.of(FailureKind.CLIENT_ERROR);
		}
		boolean answered = link instanceof RetriableException && !(link instanceof NetworkException)
				&& !(link instanceof DisconnectException);
		return Classification.of(answered ? FailureKind.SERVER_ERROR : FailureKind.UNKNOWN);
	}

}
