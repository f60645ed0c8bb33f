package dev.resilience.failure;

import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;

import dev.resilience.FailureKind;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link FailureClassification} with the failures of real clients at a real
 * socket.
 */
class HttpClientFailureTests {

	private static final String JSON = "Content-Type: application/json\r\n";

	@AutoClose
	private final FaultyServer server = new FaultyServer();

	private final FailureClassification classification = FailureClassification.create(List.of(), null);

	HttpClientFailureTests() throws IOException {
	}

	@ParameterizedTest
	@EnumSource
	void statuses(Client client) {
		assertKind(client, "500 Internal Server Error", "", FailureKind.SERVER_ERROR);
		assertKind(client, "503 Service Unavailable", "", FailureKind.SERVER_ERROR);
		assertKind(client, "429 Too Many Requests", "", FailureKind.RATE_LIMITED);
		assertThat(assertKind(client, "404 Not Found", "", FailureKind.CLIENT_ERROR).unauthorized()).isFalse();
		assertThat(assertKind(client, "401 Unauthorized", "", FailureKind.CLIENT_ERROR).unauthorized()).isTrue();
		assertThat(assertKind(client, "403 Forbidden", "", FailureKind.CLIENT_ERROR).unauthorized()).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void retryAfter(Client client) {
		for (Map.Entry<String, FailureKind> each : Map
			.of("503 Service Unavailable", FailureKind.SERVER_ERROR, "429 Too Many Requests", FailureKind.RATE_LIMITED)
			.entrySet()) {
			assertThat(retryAfter(client, each, "120")).isEqualTo(Duration.ofSeconds(120));
			String date = DateTimeFormatter.RFC_1123_DATE_TIME
				.format(Instant.now().plusSeconds(60).atOffset(ZoneOffset.UTC));
			assertThat(retryAfter(client, each, date)).isBetween(Duration.ofSeconds(50), Duration.ofSeconds(60));
			assertThat(retryAfter(client, each, "Wed, 21 Oct 2015 07:28:00 GMT")).isEqualTo(Duration.ZERO);
			for (String nonsense : List.of("soon", "-5", "1.5", "99999999999999999999", "12 apples")) {
				assertThat(retryAfter(client, each, nonsense)).as(nonsense).isNull();
			}
		}
		assertThat(assertKind(client, "500 Internal Server Error", "Retry-After: 5\r\n", FailureKind.SERVER_ERROR)
			.retryAfter()).isNull();
	}

	@ParameterizedTest
	@EnumSource
	void contentThatIsNotUnderstood(Client client) {
		this.server.answer("200 OK", "Content-Type: text/html\r\n", "<html>login</html>");
		assertThat(kind(client)).isEqualTo(FailureKind.CORRUPT_DATA);
		this.server.answer("200 OK", JSON, "{\"name\": ");
		assertThat(kind(client)).isEqualTo(FailureKind.CORRUPT_DATA);
		this.server.answer("200 OK", JSON, "[1, 2, 3]");
		assertThat(kind(client)).isEqualTo(FailureKind.CORRUPT_DATA);
	}

	@ParameterizedTest
	@EnumSource
	void bodyThatEndsInItsMiddleIsNeverSafeToRepeat(Client client) {
		this.server.cut(false);
		assertThat(kind(client)).isIn(FailureKind.CORRUPT_DATA, FailureKind.UNKNOWN);
	}

	@ParameterizedTest
	@EnumSource
	void refusedConnection(Client client) {
		this.server.close();
		assertThat(kind(client)).isEqualTo(FailureKind.CONNECTION_REFUSED);
	}

	@ParameterizedTest
	@EnumSource
	void readTimeout(Client client) {
		this.server.hang();
		assertThat(kind(client)).isEqualTo(FailureKind.TIMEOUT);
	}

	private Duration retryAfter(Client client, Map.Entry<String, FailureKind> status, String value) {
		return assertKind(client, status.getKey(), "Retry-After: " + value + "\r\n", status.getValue()).retryAfter();
	}

	private Classification assertKind(Client client, String status, String headers, FailureKind kind) {
		this.server.answer(status, headers, "");
		Classification classified = classify(client);
		assertThat(classified.kind()).as(status).isEqualTo(kind);
		return classified;
	}

	private FailureKind kind(Client client) {
		return classify(client).kind();
	}

	private Classification classify(Client client) {
		Throwable failure = catchThrowable(() -> client.get(this.server.url()));
		assertThat(failure).isNotNull();
		return this.classification.classify(failure);
	}

	enum Client {

		REST_CLIENT_JDK {

			@Override
			void get(String url) {
				JdkClientHttpRequestFactory factory = new JdkClientHttpRequestFactory(HTTP);
				factory.setReadTimeout(READ_TIMEOUT);
				rest(RestClient.builder().requestFactory(factory).build(), url);
			}

		},

		REST_CLIENT_SIMPLE {

			@Override
			void get(String url) {
				SimpleClientHttpRequestFactory factory = new SimpleClientHttpRequestFactory();
				factory.setReadTimeout(READ_TIMEOUT);
				rest(RestClient.builder().requestFactory(factory).build(), url);
			}

		},

		WEB_CLIENT_NETTY {

			@Override
			void get(String url) {
				web(WebClient.builder().clientConnector(new ReactorClientHttpConnector()).build(), url);
			}

		},

		WEB_CLIENT_JDK {

			@Override
			void get(String url) {
				JdkClientHttpConnector connector = new JdkClientHttpConnector(HTTP);
				connector.setReadTimeout(READ_TIMEOUT);
				web(WebClient.builder().clientConnector(connector).build(), url);
			}

		};

		private static final Duration READ_TIMEOUT = Duration.ofMillis(500);

		private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

		abstract void get(String url);

		private static void rest(RestClient client, String url) {
			client.get().uri(url).retrieve().body(Product.class);
		}

		private static void web(WebClient client, String url) {
			client.get()
				.uri(url)
				.retrieve()
				.bodyToMono(Product.class)
				.timeout(READ_TIMEOUT.multipliedBy(4))
				.block(Duration.ofSeconds(10));
		}

	}

	record Product(String name) {
	}

}
