package dev.resilience.failure;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import dev.resilience.FailureKind;
import dev.resilience.OutcomeClassifier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ResultClassification}.
 */
class ResultClassificationTests {

	@ParameterizedTest
	@CsvSource({ "500, SERVER_ERROR", "503, SERVER_ERROR", "599, SERVER_ERROR", "429, RATE_LIMITED" })
	void statusesOfFailures(int status, FailureKind kind) {
		for (Object response : List.of(ResponseEntity.status(status).build(),
				ClientResponse.create(HttpStatusCode.valueOf(status)).build(), feign(status, Map.of()))) {
			assertFailure(classification(), response, (failure) -> assertThat(failure.kind()).isEqualTo(kind));
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 200, 204, 302, 400, 401, 403, 404, 409, 499 })
	void statusesOfValues(int status) {
		classification().check(ResponseEntity.status(status).build());
		classification().check(ClientResponse.create(HttpStatusCode.valueOf(status)).build());
		classification().check(feign(status, Map.of()));
	}

	@Test
	void asksToWait() {
		Consumer<Classification> waits = (failure) -> assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(7));
		assertFailure(classification(), ResponseEntity.status(503).header("Retry-After", "7").build(), waits);
		assertFailure(classification(),
				ClientResponse.create(HttpStatusCode.valueOf(429)).header("Retry-After", "7").build(), waits);
		assertFailure(classification(), feign(503, Map.of("retry-after", List.of("7"))), waits);
	}

	@Test
	void firstOpinionWins() {
		ResultClassification classification = classification((result) -> null,
				(result) -> "broken".equals(result) ? FailureKind.CORRUPT_DATA : null,
				(result) -> FailureKind.SERVER_ERROR);
		assertFailure(classification, "broken",
				(failure) -> assertThat(failure.kind()).isEqualTo(FailureKind.CORRUPT_DATA));
		assertFailure(classification, null,
				(failure) -> assertThat(failure.kind()).isEqualTo(FailureKind.SERVER_ERROR));
	}

	@Test
	void applicationOverrulesTheTechnologyButNotItsDetails() {
		ResponseEntity<?> busy = ResponseEntity.status(503).header("Retry-After", "7").build();
		assertFailure(classification((result) -> FailureKind.RATE_LIMITED), busy, (failure) -> {
			assertThat(failure.kind()).isEqualTo(FailureKind.RATE_LIMITED);
			assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(7));
		});
		classification((result) -> FailureKind.NONE).check(busy);
	}

	@Test
	void classifierThatThrowsIsPassedOver() {
		ResultClassification classification = classification((result) -> {
			throw new IllegalStateException("broken classifier");
		}, (result) -> "failed".equals(result) ? FailureKind.UNKNOWN : null);
		classification.check("good");
		assertFailure(classification, "failed", (failure) -> assertThat(failure.kind()).isEqualTo(FailureKind.UNKNOWN));
	}

	@Test
	void isLeftOutWhereNothingCanBeFound() {
		ResultClassification builtIn = ResultClassification.create(List.of(), null);
		for (Class<?> type : List.of(void.class, Void.class, String.class, int.class, List.class, Map.class)) {
			assertThat(builtIn.of(type)).as(type.getName()).isNull();
		}
		for (Class<?> type : List.of(Object.class, ResponseEntity.class, HttpEntity.class,
				java.net.http.HttpResponse.class, ClientResponse.class, feign.Response.class)) {
			assertThat(builtIn.of(type)).as(type.getName()).isNotNull();
		}
		assertThat(classification((result) -> null).of(String.class)).isNotNull();
		assertThat(classification((result) -> null).of(void.class)).isNull();
	}

	@Test
	void doesWithoutSpringWeb() {
		ResultClassification classification = ResultClassification.create(List.of(),
				new FilteredClassLoader("org.springframework.http", "org.springframework.web"));
		assertThat(classification.of(ResponseEntity.class)).isNull();
		assertThat(classification.of(java.net.http.HttpResponse.class)).isNotNull();
	}

	@Test
	void isFoundBehindOtherExceptions() {
		FailureClassification failures = FailureClassification.create(List.of((failure) -> FailureKind.UNKNOWN), null);
		FailedResult failed = new FailedResult("result", Classification.of(FailureKind.RATE_LIMITED), null);
		assertThat(failures.classify(failed).kind()).isEqualTo(FailureKind.RATE_LIMITED);
		assertThat(FailureClassification.create(List.of(), null).classify(new IllegalStateException(failed)).kind())
			.isEqualTo(FailureKind.RATE_LIMITED);
	}

	private static feign.Response feign(int status, Map<String, Collection<String>> headers) {
		feign.Request request = feign.Request.create(feign.Request.HttpMethod.GET, "http://localhost", Map.of(), null,
				null, null);
		return feign.Response.builder().status(status).headers(headers).request(request).build();
	}

	private static ResultClassification classification(OutcomeClassifier... classifiers) {
		ResultClassification classification = ResultClassification.create(List.of(classifiers), null).of(Object.class);
		assertThat(classification).isNotNull();
		return classification;
	}

	private static void assertFailure(ResultClassification classification, @Nullable Object result,
			Consumer<Classification> failure) {
		assertThatExceptionOfType(FailedResult.class).isThrownBy(() -> classification.check(result))
			.satisfies((failed) -> {
				assertThat(failed.result()).isSameAs(result);
				failure.accept(failed.classification());
			});
	}

}
