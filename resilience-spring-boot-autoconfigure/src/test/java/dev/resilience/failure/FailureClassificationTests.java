package dev.resilience.failure;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import javax.net.ssl.SSLHandshakeException;

import dev.resilience.DependencyOverloadedException;
import dev.resilience.DependencyTimeoutException;
import dev.resilience.DependencyUnavailableException;
import dev.resilience.FailureKind;
import dev.resilience.PartialFailureException;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Validation;
import jakarta.validation.ValidatorFactory;
import jakarta.validation.constraints.NotNull;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.exc.StreamReadException;

import org.springframework.core.codec.EncodingException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DeadlockLoserDataAccessException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.web.client.HttpClientErrorException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link FailureClassification}.
 */
class FailureClassificationTests {

	private final FailureClassification classification = FailureClassification.create(List.of(), null);

	@ParameterizedTest
	@MethodSource
	void kinds(Throwable failure, FailureKind kind) {
		assertThat(this.classification.classify(failure).kind()).isEqualTo(kind);
		assertThat(this.classification.classify(new IllegalStateException(new RuntimeException(failure))).kind())
			.isEqualTo(kind);
	}

	static Stream<Arguments> kinds() throws ReflectiveOperationException {
		Class<?> noConnection = Class.forName("org.springframework.jdbc.CannotGetJdbcConnectionException");
		return Stream.of(Arguments.of(new ConnectException(), FailureKind.CONNECTION_REFUSED),
				Arguments.of(new UnknownHostException(), FailureKind.CONNECTION_REFUSED),
				Arguments.of(new NoRouteToHostException(), FailureKind.CONNECTION_REFUSED),
				Arguments.of(new SSLHandshakeException("expired"), FailureKind.CONNECTION_REFUSED),
				Arguments.of(new HttpConnectTimeoutException("connect"), FailureKind.CONNECTION_REFUSED),
				Arguments.of(new SocketTimeoutException("Connect timed out"), FailureKind.CONNECTION_REFUSED),
				Arguments.of(new ConnectTimeoutException("slow"), FailureKind.CONNECTION_REFUSED),
				Arguments.of(new SocketTimeoutException("Read timed out"), FailureKind.TIMEOUT),
				Arguments.of(new HttpTimeoutException("request"), FailureKind.TIMEOUT),
				Arguments.of(new InterruptedIOException("timeout"), FailureKind.TIMEOUT),
				Arguments.of(new InterruptedIOException("closed"), FailureKind.UNKNOWN),
				Arguments.of(new HttpMessageNotWritableException("request", new StreamReadException("json")),
						FailureKind.UNKNOWN),
				Arguments.of(new EncodingException("request", new StreamReadException("json")), FailureKind.UNKNOWN),
				Arguments.of(new StreamReadException("json"), FailureKind.CORRUPT_DATA),
				Arguments.of(new TimeoutException(), FailureKind.TIMEOUT),
				Arguments.of(new PartialFailureException(Map.of(), Map.of("a", new IOException())),
						FailureKind.PARTIAL_FAILURE),
				Arguments.of(new SQLTimeoutException(), FailureKind.TIMEOUT),
				Arguments.of(new SQLTransientException(), FailureKind.SERVER_ERROR),
				Arguments.of(new SQLTransientConnectionException(), FailureKind.UNKNOWN),
				Arguments.of(
						new SQLTransientConnectionException(
								"HikariPool-1 - Connection is not available, request timed out after 30000ms"),
						FailureKind.CONNECTION_REFUSED),
				Arguments.of(new QueryTimeoutException("slow"), FailureKind.TIMEOUT),
				Arguments.of(new DeadlockLoserDataAccessException("lost", null), FailureKind.SERVER_ERROR),
				Arguments.of(new DataIntegrityViolationException("duplicate"), FailureKind.CLIENT_ERROR),
				Arguments.of(new DataAccessResourceFailureException("gone"), FailureKind.UNKNOWN),
				Arguments.of(noConnection.getConstructor(String.class).newInstance("none"),
						FailureKind.CONNECTION_REFUSED),
				Arguments.of(new AccessDeniedException("denied"), FailureKind.NONE),
				Arguments.of(new BadCredentialsException("wrong"), FailureKind.NONE),
				Arguments.of(new DependencyTimeoutException("inner", "call", Duration.ZERO, null), FailureKind.TIMEOUT),
				Arguments.of(
						new DependencyUnavailableException("inner", "open", null, new SocketTimeoutException(), true),
						FailureKind.REJECTED),
				Arguments.of(new DependencyOverloadedException("inner", "full", true), FailureKind.REJECTED),
				Arguments.of(new IOException("reset"), FailureKind.UNKNOWN),
				Arguments.of(new IllegalStateException(), FailureKind.UNKNOWN));
	}

	@Test
	void databaseFailuresAreKnownAsSuch() {
		SQLException refused = catchThrowableOfType(SQLException.class,
				() -> DriverManager.getConnection("jdbc:h2:mem:failures").createStatement().execute("SELECT nothing"));
		assertThat(this.classification.classify(refused).kind()).isEqualTo(FailureKind.CLIENT_ERROR);
		assertThat(this.classification.classify(refused).database()).isTrue();
		Classification wrapped = this.classification
			.classify(new DeadlockLoserDataAccessException("lost", new ConnectException()));
		assertThat(wrapped.kind()).isEqualTo(FailureKind.CONNECTION_REFUSED);
		assertThat(wrapped.database()).isTrue();
		assertThat(this.classification.classify(new ConnectException()).database()).isFalse();
	}

	@Test
	void violationsOfParametersAreAnswersAndThoseOfTheResultAreCorruptData() throws Exception {
		try (ValidatorFactory factory = Validation.buildDefaultValidatorFactory()) {
			var validator = factory.getValidator().forExecutables();
			var method = Catalogue.class.getDeclaredMethod("find", String.class);
			assertThat(this.classification.classify(new ConstraintViolationException(
					validator.validateParameters(new Catalogue(), method, new Object[] { null }))))
				.isEqualTo(Classification.ANSWER);
			assertThat(this.classification
				.classify(
						new ConstraintViolationException(validator.validateReturnValue(new Catalogue(), method, null)))
				.kind()).isEqualTo(FailureKind.CORRUPT_DATA);
		}
	}

	@Test
	void loopOfCausesEnds() {
		Exception first = new Exception();
		first.initCause(new Exception(new ConnectException().initCause(first)));
		assertThat(this.classification.classify(first).kind()).isEqualTo(FailureKind.CONNECTION_REFUSED);
	}

	@Test
	void applicationsClassifierIsAskedFirst() {
		FailureClassification own = FailureClassification.create(List.of((failure) -> null,
				(failure) -> (failure instanceof ConnectException) ? FailureKind.SERVER_ERROR : null,
				(failure) -> FailureKind.CLIENT_ERROR), null);
		assertThat(own.classify(new ConnectException()).kind()).isEqualTo(FailureKind.SERVER_ERROR);
		assertThat(own.classify(new IOException()).kind()).isEqualTo(FailureKind.CLIENT_ERROR);
	}

	@Test
	void answerOfTheApplicationsClassifierAsksForNoPause() {
		FailureClassification own = FailureClassification.create(List.of((failure) -> FailureKind.NONE), null);
		HttpHeaders headers = new HttpHeaders();
		headers.set(HttpHeaders.RETRY_AFTER, "60");
		assertThat(own.classify(
				HttpClientErrorException.create(HttpStatus.TOO_MANY_REQUESTS, "busy", headers, new byte[0], null)))
			.isEqualTo(Classification.ANSWER);
	}

	@Test
	void classifierThatFailsIsPassedOver() {
		FailureClassification own = FailureClassification.create(List.of((failure) -> {
			throw new IllegalStateException("broken");
		}), null);
		assertThat(own.classify(new ConnectException()).kind()).isEqualTo(FailureKind.CONNECTION_REFUSED);
	}

	static class Catalogue {

		@NotNull
		@Nullable String find(@NotNull String sku) {
			return null;
		}

	}

}
