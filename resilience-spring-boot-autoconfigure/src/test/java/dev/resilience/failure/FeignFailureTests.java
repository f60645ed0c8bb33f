package dev.resilience.failure;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;

import dev.resilience.FailureKind;
import feign.Feign;
import feign.FeignException;
import feign.Request;
import feign.RequestLine;
import feign.RetryableException;
import feign.Retryer;
import feign.codec.EncodeException;
import feign.codec.ErrorDecoder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link FeignLinkClassifier} beyond what it has in common with the other
 * clients.
 */
class FeignFailureTests {

	@AutoClose
	private final FaultyServer server = new FaultyServer();

	private final FailureClassification classification = FailureClassification.create(List.of(), null);

	FeignFailureTests() throws IOException {
	}

	@Test
	void requestThatCannotBeWrittenIsOurMistake() {
		assertThat(this.classification.classify(new EncodeException("no", new ConnectException())).kind())
			.isEqualTo(FailureKind.UNKNOWN);
	}

	@Test
	void waitOfAnErrorDecoderThatLeavesOutTheHeaders() {
		this.server.answer("503 Service Unavailable", "", "");
		Classification classified = classify((method, response) -> new RetryableException(response.status(), "later",
				Request.HttpMethod.GET, System.currentTimeMillis() + 60_000, response.request()));
		assertThat(classified.kind()).isEqualTo(FailureKind.SERVER_ERROR);
		assertThat(classified.retryAfter()).isBetween(Duration.ofSeconds(40), Duration.ofSeconds(60));
	}

	@Test
	void errorDecoderThatTellsNoWait() {
		this.server.answer("429 Too Many Requests", "", "");
		Classification classified = classify((method, response) -> new RetryableException(response.status(), "later",
				Request.HttpMethod.GET, (Long) null, response.request()));
		assertThat(classified.kind()).isEqualTo(FailureKind.RATE_LIMITED);
		assertThat(classified.retryAfter()).isNull();
	}

	@Test
	void exceptionOfTheApplicationAroundTheResponse() {
		this.server.answer("404 Not Found", "", "");
		assertThat(
				classify((method, response) -> new IllegalStateException(FeignException.errorStatus(method, response)))
					.kind())
			.isEqualTo(FailureKind.CLIENT_ERROR);
	}

	private Classification classify(ErrorDecoder errors) {
		Partner partner = Feign.builder()
			.retryer(Retryer.NEVER_RETRY)
			.errorDecoder(errors)
			.target(Partner.class, this.server.url());
		return this.classification.classify(catchThrowable(partner::get));
	}

	interface Partner {

		@RequestLine("GET /")
		String get();

	}

}
