package dev.resilience.failure;

import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.resilience.FailureKind;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link KafkaLinkClassifier}.
 */
class KafkaFailureTests {

	private final FailureClassification classification = FailureClassification.create(List.of(), null);

	@ParameterizedTest
	@MethodSource
	void kinds(Exception failure, FailureKind kind) {
		assertThat(this.classification.classify(failure).kind()).isEqualTo(kind);
		assertThat(this.classification.classify(new KafkaException("Send failed", failure)).kind()).isEqualTo(kind);
	}

	static Stream<Arguments> kinds() {
		return Stream.of(Arguments.of(new TimeoutException("Expiring 1 record(s)"), FailureKind.TIMEOUT),
				Arguments.of(new BufferExhaustedException("full"), FailureKind.CONNECTION_REFUSED),
				Arguments.of(new NetworkException("disconnected"), FailureKind.UNKNOWN),
				Arguments.of(new DisconnectException("disconnected"), FailureKind.UNKNOWN),
				Arguments.of(new ProducerFencedException("fenced"), FailureKind.UNKNOWN),
				Arguments.of(new NotLeaderOrFollowerException("moved"), FailureKind.SERVER_ERROR),
				Arguments.of(new NotEnoughReplicasException("few"), FailureKind.SERVER_ERROR),
				Arguments.of(new RecordTooLargeException("large"), FailureKind.CLIENT_ERROR),
				Arguments.of(new InvalidTopicException("name"), FailureKind.CLIENT_ERROR));
	}

	@Test
	void refusedCredentials() {
		for (Exception failure : List.of(new SaslAuthenticationException("who"),
				new TopicAuthorizationException("orders"))) {
			Classification classified = this.classification.classify(failure);
			assertThat(classified.kind()).isEqualTo(FailureKind.CLIENT_ERROR);
			assertThat(classified.unauthorized()).isTrue();
		}
	}

	@Test
	void quotaTellsHowLong() {
		Classification classified = this.classification
			.classify(new ThrottlingQuotaExceededException(1500, "too fast"));
		assertThat(classified.kind()).isEqualTo(FailureKind.RATE_LIMITED);
		assertThat(classified.retryAfter()).isEqualTo(Duration.ofMillis(1500));
	}

	@Test
	void producerWithoutBroker() {
		try (Producer<String, String> producer = producer()) {
			Throwable failure = catchThrowable(() -> producer.send(new ProducerRecord<>("orders", "order")).get());
			assertThat(this.classification.classify(failure).kind()).isEqualTo(FailureKind.TIMEOUT);
		}
	}

	@Test
	void recordThatCannotBeWrittenIsOurMistake() {
		assertThat(this.classification.classify(new SerializationException("no", new ConnectException())).kind())
			.isEqualTo(FailureKind.UNKNOWN);
	}

	private static Producer<String, String> producer() {
		return new KafkaProducer<>(Map.of("bootstrap.servers", "127.0.0.1:1", "max.block.ms", "300"),
				new StringSerializer(), new StringSerializer());
	}

}
