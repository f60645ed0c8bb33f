package dev.resilience.failure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

import dev.resilience.FailureKind;
import feign.Feign;
import feign.Request;
import feign.RequestLine;
import feign.Retryer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link FailureClassification} with the failures of real clients at a real
 * socket.
 */
class HttpClientFailureTests {

	private static final String JSON = "Content-Type: application/json\r\n";

	private static final Duration SHORT = Duration.ofMillis(500);

	private static final HttpClientSettings PATIENT = HttpClientSettings.defaults()
		.withTimeouts(Duration.ofSeconds(30), Duration.ofSeconds(30));

	private static final JsonMapper JSON_MAPPER = new JsonMapper();

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
			assertThat(retryAfter(client, each, "Wed, 21 Oct 2015 07:28:00 GMT")).isEqualTo(Duration.ZERO);
			assertThat(retryAfter(client, each, "soon")).isNull();
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
	void contentTypeThatIsNoneIsCorrupt(Client client) {
		this.server.answer("200 OK", "Content-Type: nonsense\r\n", "hello");
		assertThat(kind(client)).isEqualTo(FailureKind.CORRUPT_DATA);
	}

	@ParameterizedTest
	@EnumSource
	void bodyThatEndsInItsMiddleIsCorrupt(Client client) {
		this.server.cut(false);
		assertThat(kind(client)).isEqualTo(FailureKind.CORRUPT_DATA);
		this.server.raw("HTTP/1.1 200 OK\r\n" + JSON + "Transfer-Encoding: chunked\r\n\r\n10\r\n{\"na");
		assertThat(kind(client)).isEqualTo(FailureKind.CORRUPT_DATA);
	}

	@ParameterizedTest
	@EnumSource
	void malformedChunkIsCorrupt(Client client) {
		this.server.raw("HTTP/1.1 200 OK\r\n" + JSON + "Transfer-Encoding: chunked\r\n\r\n2\r\n{\"XX0\r\n\r\n");
		assertThat(kind(client)).isEqualTo(FailureKind.CORRUPT_DATA);
	}

	@ParameterizedTest
	@EnumSource
	void garbageIsCorrupt(Client client) {
		for (String garbage : List.of("garbage\r\nmore of it\r\n\r\n", "HTTP/1.1 abc\r\n\r\n")) {
			this.server.raw(garbage);
			// Apache HttpClient skips garbage, and then finds no reply
			assertThat(kind(client))
				.isEqualTo((client == Client.REST_CLIENT_APACHE) ? FailureKind.UNKNOWN : FailureKind.CORRUPT_DATA);
		}
	}

	// Jetty sometimes drops such a body and says nothing
	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST_CLIENT_JETTY")
	void compressionThatIsNoneIsCorrupt(Client client) {
		this.server.answer("200 OK", JSON + "Content-Encoding: gzip\r\n",
				"this is not compressed, whatever the header says");
		assertThat(kind(client)).isEqualTo(FailureKind.CORRUPT_DATA);
	}

	@ParameterizedTest
	@EnumSource
	void connectionThatIsLostWithoutReplyMayHaveCarriedTheRequest(Client client) {
		this.server.raw("");
		assertThat(kind(client)).isEqualTo(FailureKind.UNKNOWN);
		this.server.reset();
		assertThat(kind(client)).isEqualTo(FailureKind.UNKNOWN);
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = { "REST_CLIENT_JETTY", "REST_CLIENT_JDK" })
	void connectTimeoutSendsNothing(Client client) throws IOException {
		try (FullBacklog full = new FullBacklog()) {
			Throwable failure = catchThrowable(() -> client.send(full.url(), PATIENT.withConnectTimeout(SHORT)));
			assertThat(this.classification.classify(failure).kind()).isEqualTo(FailureKind.CONNECTION_REFUSED);
		}
	}

	@ParameterizedTest
	@EnumSource
	void partnerThatSpeaksNoTlsReceivesNothing(Client client) throws IOException {
		try (TalkingServer plain = new TalkingServer("HTTP/1.1 400 Bad Request\r\n\r\n", (line) -> "")) {
			Throwable failure = catchThrowable(
					() -> client.send("https://127.0.0.1:%d/".formatted(plain.port()), PATIENT));
			// Netty does not tell whether that was its first record
			assertThat(this.classification.classify(failure).kind())
				.isEqualTo(client.isNetty() ? FailureKind.UNKNOWN : FailureKind.CONNECTION_REFUSED);
		}
	}

	// Spring loses the status when Netty fails to read the body of an error
	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "REST_CLIENT_NETTY")
	void errorStatusCountsAlthoughItsBodyIsCut(Client client) {
		this.server.raw("HTTP/1.1 500 Oops\r\n" + JSON + "Content-Length: 1000\r\n\r\n{");
		assertThat(kind(client)).isEqualTo(FailureKind.SERVER_ERROR);
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
		assertThat(classify(client, PATIENT.withReadTimeout(SHORT)).kind()).isEqualTo(FailureKind.TIMEOUT);
	}

	@ParameterizedTest
	@EnumSource
	void readTimeoutInTheMiddleOfTheBody(Client client) {
		this.server.cut(true);
		assertThat(classify(client, PATIENT.withReadTimeout(SHORT)).kind()).isEqualTo(FailureKind.TIMEOUT);
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
		return classify(client, PATIENT);
	}

	private Classification classify(Client client, HttpClientSettings settings) {
		Throwable failure = catchThrowable(() -> client.send(this.server.url(), settings));
		assertThat(failure).isNotNull();
		return this.classification.classify(failure);
	}

	enum Client {

		REST_CLIENT_JDK(rest(ClientHttpRequestFactoryBuilder.jdk())),

		REST_CLIENT_SIMPLE(rest(ClientHttpRequestFactoryBuilder.simple())),

		REST_CLIENT_APACHE(rest(ClientHttpRequestFactoryBuilder.httpComponents()
			.withHttpClientCustomizer(HttpClientBuilder::disableAutomaticRetries))),

		REST_CLIENT_JETTY(rest(ClientHttpRequestFactoryBuilder.jetty())),

		REST_CLIENT_NETTY(rest(ClientHttpRequestFactoryBuilder.reactor())),

		REST_TEMPLATE((url, settings) -> new RestTemplate(ClientHttpRequestFactoryBuilder.simple().build(settings))
			.postForObject(url, "order", Product.class)),

		WEB_CLIENT_NETTY(web(ClientHttpConnectorBuilder.reactor())),

		WEB_CLIENT_JDK(web(ClientHttpConnectorBuilder.jdk())),

		FEIGN((url, settings) -> Feign.builder()
			.retryer(Retryer.NEVER_RETRY)
			.options(new Request.Options(settings.connectTimeout(), settings.readTimeout(), true))
			.decoder((response, type) -> JSON_MAPPER.readValue(response.body().asInputStream(), Product.class))
			.target(FeignClient.class, url)
			.order("order"));

		private final BiConsumer<String, HttpClientSettings> request;

		Client(BiConsumer<String, HttpClientSettings> request) {
			this.request = request;
		}

		void send(String url, HttpClientSettings settings) {
			this.request.accept(url, settings);
		}

		boolean isNetty() {
			return this == REST_CLIENT_NETTY || this == WEB_CLIENT_NETTY;
		}

		private static BiConsumer<String, HttpClientSettings> rest(ClientHttpRequestFactoryBuilder<?> factory) {
			return (url, settings) -> RestClient.builder()
				.requestFactory(factory.build(settings))
				.build()
				.post()
				.uri(url)
				.body("order")
				.retrieve()
				.body(Product.class);
		}

		private static BiConsumer<String, HttpClientSettings> web(ClientHttpConnectorBuilder<?> connector) {
			return (url, settings) -> WebClient.builder()
				.clientConnector(connector.build(settings))
				.build()
				.post()
				.uri(url)
				.bodyValue("order")
				.retrieve()
				.bodyToMono(Product.class)
				.timeout(settings.readTimeout().plusSeconds(1))
				.block();
		}

	}

	interface FeignClient {

		@RequestLine("POST /")
		Product order(String order);

	}

	record Product(String name) {
	}

	/** Listens, and lets nobody in any more. */
	private static final class FullBacklog implements AutoCloseable {

		private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

		private final List<Socket> waiting = new ArrayList<>();

		private FullBacklog() throws IOException {
			for (boolean full = false; !full && this.waiting.size() < 100;) {
				Socket socket = new Socket();
				this.waiting.add(socket);
				try {
					socket.connect(this.listener.getLocalSocketAddress(), 200);
				}
				catch (SocketTimeoutException ex) {
					full = true;
				}
			}
		}

		private String url() {
			return "http://127.0.0.1:%d/".formatted(this.listener.getLocalPort());
		}

		@Override
		public void close() throws IOException {
			for (Socket socket : this.waiting) {
				socket.close();
			}
			this.listener.close();
		}

	}

}
