package dev.resilience.failure;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import javax.net.ssl.SSLHandshakeException;

import dev.resilience.DependencyOverloadedException;
import dev.resilience.DependencyTimeoutException;
import dev.resilience.DependencyUnavailableException;
import dev.resilience.FailureKind;
import dev.resilience.PartialFailureException;
import feign.codec.EncodeException;
import io.grpc.Status;
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
import org.slf4j.Logger;
import tools.jackson.core.exc.StreamReadException;

import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.core.codec.EncodingException;
import org.springframework.dao.CleanupFailureDataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DeadlockLoserDataAccessException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.UncategorizedDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageNotWritableException;
import org.springframework.mail.MailSendException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.util.ClassUtils;
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
				Arguments.of(new IOException("closed"), FailureKind.TIMEOUT),
				Arguments.of(new IOException("closed",
						new IOException("fixed content-length: 9, bytes received: 4",
								new IOException("subscription cancelled"))),
						FailureKind.TIMEOUT),
				Arguments.of(new IOException("closed", new EOFException()), FailureKind.UNKNOWN),
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
				Arguments.of(new CleanupFailureDataAccessException("lost", new IOException()), FailureKind.UNKNOWN),
				Arguments.of(new UncategorizedDataAccessException("lost", new IOException()) {
				}, FailureKind.UNKNOWN),
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
	void endlessCausesEnd() {
		assertThat(this.classification.classify(new Endless(new AtomicInteger())).kind())
			.isEqualTo(FailureKind.UNKNOWN);
		Endless hidden = new Endless(new AtomicInteger());
		MailSendException failure = new MailSendException(Map.of("mail", hidden));
		hidden.cause = failure;
		assertThat(this.classification.classify(failure).kind()).isEqualTo(FailureKind.UNKNOWN);
	}

	@Test
	void sqlStatesDecideWhereTheDriverHasOneExceptionForEverything() {
		assertThat(sqlState("08001").kind()).isEqualTo(FailureKind.CONNECTION_REFUSED);
		assertThat(sqlState("08006").kind()).isEqualTo(FailureKind.UNKNOWN);
		assertThat(sqlState("23505").kind()).isEqualTo(FailureKind.CLIENT_ERROR);
		assertThat(sqlState("28P01").kind()).isEqualTo(FailureKind.CLIENT_ERROR);
		assertThat(sqlState("28P01").unauthorized()).isTrue();
		assertThat(sqlState("40P01").kind()).isEqualTo(FailureKind.SERVER_ERROR);
		assertThat(sqlState("40003").kind()).isEqualTo(FailureKind.UNKNOWN);
		assertThat(sqlState("42P01").kind()).isEqualTo(FailureKind.CLIENT_ERROR);
		assertThat(sqlState("53300").kind()).isEqualTo(FailureKind.SERVER_ERROR);
		assertThat(sqlState("55P03").kind()).isEqualTo(FailureKind.SERVER_ERROR);
		assertThat(sqlState("57014").kind()).isEqualTo(FailureKind.TIMEOUT);
		assertThat(sqlState("57P01").kind()).isEqualTo(FailureKind.SERVER_ERROR);
		for (String other : Arrays.asList("HY000", "", "4", null)) {
			assertThat(sqlState(other).kind()).as(other).isEqualTo(FailureKind.UNKNOWN);
		}
		assertThat(this.classification.classify(new SQLRecoverableException("lost", "08001")).kind())
			.isEqualTo(FailureKind.UNKNOWN);
	}

	private Classification sqlState(@Nullable String state) {
		Classification classified = this.classification.classify(new SQLException("no", state));
		assertThat(classified.database()).isTrue();
		return classified;
	}

	@Test
	void transactionThatCouldNotBeginSentNothing() {
		Classification classified = this.classification
			.classify(new CannotCreateTransactionException("Could not open connection"));
		assertThat(classified.kind()).isEqualTo(FailureKind.CONNECTION_REFUSED);
		assertThat(classified.database()).isTrue();
	}

	@Test
	void worksWithoutAnyOfTheTechnologies() throws Exception {
		URL[] needed = Stream.of(FailureClassification.class, ClassUtils.class, Logger.class)
			.map((type) -> type.getProtectionDomain().getCodeSource().getLocation())
			.toArray(URL[]::new);
		try (URLClassLoader bare = new URLClassLoader(needed, ClassLoader.getPlatformClassLoader())) {
			Class<?> type = bare.loadClass(FailureClassification.class.getName());
			Object classification = type.getMethod("create", List.class, ClassLoader.class)
				.invoke(null, List.of(), bare);
			Object classified = type.getMethod("classify", Throwable.class)
				.invoke(classification, new IllegalStateException(new ConnectException()));
			assertThat(classified.toString()).contains("kind=CONNECTION_REFUSED");
		}
	}

	@Test
	void absentTechnologyIsNotAskedAfter() {
		FailureClassification without = FailureClassification.create(List.of(),
				new FilteredClassLoader("feign", "io.grpc", "org.springframework.mail"));
		assertThat(without.classify(new EncodeException("request", new ConnectException())).kind())
			.isEqualTo(FailureKind.CONNECTION_REFUSED);
		assertThat(without.classify(Status.NOT_FOUND.asRuntimeException()).kind()).isEqualTo(FailureKind.UNKNOWN);
		assertThat(without.classify(new MailSendException(Map.of("mail", new ConnectException()))).kind())
			.isEqualTo(FailureKind.UNKNOWN);
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

	/** Has a new cause whenever it is asked. */
	private static final class Endless extends Exception {

		private final AtomicInteger asked;

		private @Nullable Throwable cause;

		private Endless(AtomicInteger asked) {
			this.asked = asked;
		}

		@Override
		public synchronized @Nullable Throwable getCause() {
			if (this.asked.incrementAndGet() > 10_000) {
				throw new IllegalStateException("Still asking");
			}
			return (this.cause != null) ? this.cause : new Endless(this.asked);
		}

	}

}
