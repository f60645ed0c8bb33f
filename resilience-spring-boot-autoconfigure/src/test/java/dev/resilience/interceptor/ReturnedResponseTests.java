package dev.resilience.interceptor;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpServer;
import dev.resilience.Dependencies;
import dev.resilience.Dependency;
import dev.resilience.FailedResultException;
import dev.resilience.FailureKind;
import dev.resilience.OutcomeClassifier;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunctions;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that return the response whatever its status, against a partner on a real
 * socket.
 */
class ReturnedResponseTests {

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final AtomicInteger requests = new AtomicInteger();

	private volatile int status = 200;

	private volatile String retryAfter = "";

	private HttpServer server;

	@BeforeEach
	void start() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", (exchange) -> {
			this.requests.incrementAndGet();
			byte[] body = "answer".getBytes(StandardCharsets.UTF_8);
			exchange.getResponseHeaders().add("Content-Type", "text/plain");
			if (!this.retryAfter.isEmpty()) {
				exchange.getResponseHeaders().add("Retry-After", this.retryAfter);
			}
			exchange.sendResponseHeaders(this.status, body.length);
			exchange.getResponseBody().write(body);
			exchange.close();
		});
		this.server.start();
	}

	@AfterEach
	void stop() {
		this.server.stop(0);
	}

	@ParameterizedTest
	@EnumSource
	void serverErrorsAreFailuresAndStillReturned(Kind kind) {
		this.status = 503;
		runner().run((context) -> {
			assertThat(kind.status(context.getBean(Clients.class), context.getBean(Api.class))).isEqualTo(503);
			assertThat(partner(context).failures()).containsOnlyKeys(FailureKind.SERVER_ERROR);
			assertThat(partner(context).breaker().failureRate()).isEqualTo(1);
			assertThat(this.requests).hasValue(1);
		});
	}

	@ParameterizedTest
	@EnumSource
	void clientErrorsAreValues(Kind kind) {
		this.status = 404;
		runner().run((context) -> {
			assertThat(kind.status(context.getBean(Clients.class), context.getBean(Api.class))).isEqualTo(404);
			assertThat(partner(context).failures()).isEmpty();
			assertThat(partner(context).breaker().failureRate()).isZero();
		});
	}

	@ParameterizedTest
	@EnumSource
	void requestToWaitPausesTheDependency(Kind kind) {
		this.status = 429;
		this.retryAfter = "30";
		runner().run((context) -> {
			assertThat(kind.status(context.getBean(Clients.class), context.getBean(Api.class))).isEqualTo(429);
			assertThat(partner(context).failures()).containsOnlyKeys(FailureKind.RATE_LIMITED);
			assertThat(partner(context).pausedFor()).isNotNull();
		});
	}

	@ParameterizedTest
	@EnumSource
	void areSentAgainWhereThatIsSafe(Kind kind) {
		this.status = 500;
		runner()
			.withPropertyValues("resilience.dependencies.partner.idempotent=true",
					"resilience.dependencies.partner.retry.backoff.initial=1ms")
			.run((context) -> {
				assertThat(kind.status(context.getBean(Clients.class), context.getBean(Api.class))).isEqualTo(500);
				assertThat(this.requests).hasValue(3);
			});
	}

	@Test
	void fallbackServesAndSeesTheResponse() {
		this.status = 502;
		runner().run((context) -> assertThat(context.getBean(Clients.class).degraded().getBody())
			.isEqualTo("fallback after 502"));
	}

	@Test
	void lastGoodValueIsNoFailedOne() {
		this.status = 500;
		runner().run((context) -> {
			Clients clients = context.getBean(Clients.class);
			assertThat(clients.kept().getStatusCode().value()).isEqualTo(500);
			this.status = 200;
			assertThat(clients.kept().getStatusCode().value()).isEqualTo(200);
			this.status = 500;
			assertThat(clients.kept().getStatusCode().value()).isEqualTo(200);
		});
	}

	@Test
	void applicationJudgesItsOwnResults() {
		runner()
			.withBean("second", OutcomeClassifier.class,
					() -> (result) -> (result instanceof Result own && !own.ok()) ? FailureKind.SERVER_ERROR
							: FailureKind.NONE)
			.withBean("first", OutcomeClassifier.class, FirstClassifier::new)
			.run((context) -> {
				Clients clients = context.getBean(Clients.class);
				Result declined = new Result(false, "declined");
				assertThat(clients.result(declined)).isSameAs(declined);
				assertThat(clients.resultLater(new Result(false, "down")).join().text()).isEqualTo("down");
				assertThat(clients.result(new Result(true, "corrupt")).text()).isEqualTo("corrupt");
				assertThat(partner(context).failures())
					.isEqualTo(Map.of(FailureKind.SERVER_ERROR, 2L, FailureKind.CORRUPT_DATA, 1L));
				this.status = 503;
				// overruled for all results that the first one leaves to it
				assertThat(clients.restClient().getStatusCode().value()).isEqualTo(503);
				assertThat(partner(context).breaker().failureRate()).isEqualTo(0.75);
			});
	}

	@Test
	void handedInWorkReturnsFailuresToo() {
		this.status = 500;
		runner()
			.withPropertyValues("resilience.dependencies.degraded.type=degraded",
					"resilience.dependencies.optional.type=optional")
			.run((context) -> {
				Dependencies dependencies = context.getBean(Dependencies.class);
				RestClient client = client();
				assertThat(status(dependencies.call("partner", () -> entity(client)))).isEqualTo(500);
				assertThat(status(dependencies.call("degraded", () -> entity(client)))).isEqualTo(500);
				assertThat(
						dependencies.<ResponseEntity<String>, RuntimeException>call("optional", () -> entity(client)))
					.isNull();
				assertThat(dependencies
					.call("degraded", () -> entity(client),
							(failure) -> ResponseEntity.ok(((FailedResultException) failure).failure().name()))
					.getBody()).isEqualTo("SERVER_ERROR");
				assertThat(partner(context).failures()).containsOnlyKeys(FailureKind.SERVER_ERROR);
			});
	}

	private static int status(ResponseEntity<?> response) {
		return response.getStatusCode().value();
	}

	private ApplicationContextRunner runner() {
		return Guarded.runner()
			.withPropertyValues("resilience.dependencies.partner.type=critical",
					"resilience.dependencies.kept.fallback=last-good")
			.withBean(Clients.class, () -> new Clients(client(), URI.create(url())))
			.withBean(Api.class,
					() -> HttpServiceProxyFactory.builderFor(RestClientAdapter.create(client()))
						.build()
						.createClient(Api.class));
	}

	private String url() {
		return "http://localhost:" + this.server.getAddress().getPort() + "/";
	}

	private RestClient client() {
		return RestClient.builder()
			.requestFactory(new JdkClientHttpRequestFactory(HTTP))
			.baseUrl(url())
			.defaultStatusHandler(HttpStatusCode::isError, (request, response) -> {
			})
			.build();
	}

	private static ResponseEntity<String> entity(RestClient client) {
		return client.get().retrieve().toEntity(String.class);
	}

	private static DependencyDescriptor partner(ApplicationContext context) {
		return context.getBean(DependencyMapReader.class).read().dependencies().get("partner");
	}

	enum Kind {

		REST_CLIENT {

			@Override
			int status(Clients clients, Api api) {
				return clients.restClient().getStatusCode().value();
			}

		},

		HTTP_EXCHANGE {

			@Override
			int status(Clients clients, Api api) {
				return api.get().getStatusCode().value();
			}

		},

		UNDECLARED {

			@Override
			int status(Clients clients, Api api) {
				return ((ResponseEntity<?>) clients.undeclared()).getStatusCode().value();
			}

		},

		WEB_CLIENT {

			@Override
			int status(Clients clients, Api api) {
				return clients.webClient().blockOptional().orElseThrow().getStatusCode().value();
			}

		},

		CLIENT_RESPONSE {

			@Override
			int status(Clients clients, Api api) {
				ClientResponse response = clients.exchange().blockOptional().orElseThrow();
				response.releaseBody().block();
				return response.statusCode().value();
			}

		},

		JDK {

			@Override
			int status(Clients clients, Api api) throws Exception {
				return clients.jdk().statusCode();
			}

		},

		JDK_LATER {

			@Override
			int status(Clients clients, Api api) throws Exception {
				HttpResponse<InputStream> response = clients.jdkLater().join();
				assertThat(response.body().readAllBytes()).isEqualTo("answer".getBytes(StandardCharsets.UTF_8));
				return response.statusCode();
			}

		};

		abstract int status(Clients clients, Api api) throws Exception;

	}

	record Result(boolean ok, String text) {
	}

	@org.springframework.core.annotation.Order(1)
	static class FirstClassifier implements OutcomeClassifier {

		@Override
		public FailureKind classify(Object result) {
			return (result instanceof Result own && own.text().equals("corrupt")) ? FailureKind.CORRUPT_DATA : null;
		}

	}

	@Dependency(name = "partner", type = CRITICAL)
	interface Api {

		@GetExchange
		ResponseEntity<String> get();

	}

	static class Clients {

		private final RestClient client;

		private final URI uri;

		Clients(RestClient client, URI uri) {
			this.client = client;
			this.uri = uri;
		}

		@Dependency(name = "partner", type = CRITICAL)
		public ResponseEntity<String> restClient() {
			return entity(this.client);
		}

		@Dependency(name = "partner", type = CRITICAL)
		public Object undeclared() {
			return entity(this.client);
		}

		@Dependency(name = "partner", type = CRITICAL)
		public Mono<ResponseEntity<String>> webClient() {
			return WebClient.builder()
				.clientConnector(new JdkClientHttpConnector(HTTP))
				.build()
				.get()
				.uri(this.uri)
				.exchangeToMono((response) -> response.toEntity(String.class));
		}

		@Dependency(name = "partner", type = CRITICAL)
		public Mono<ClientResponse> exchange() {
			return ExchangeFunctions.create(new JdkClientHttpConnector(HTTP))
				.exchange(ClientRequest.create(HttpMethod.GET, this.uri).build());
		}

		@Dependency(name = "partner", type = CRITICAL)
		public HttpResponse<String> jdk() throws IOException, InterruptedException {
			return HTTP.send(HttpRequest.newBuilder(this.uri).build(), BodyHandlers.ofString());
		}

		@Dependency(name = "partner", type = CRITICAL)
		public CompletableFuture<HttpResponse<InputStream>> jdkLater() {
			return HTTP.sendAsync(HttpRequest.newBuilder(this.uri).build(), BodyHandlers.ofInputStream());
		}

		@Dependency(name = "degraded", type = DEGRADED, fallback = "after")
		public ResponseEntity<String> degraded() {
			return entity(this.client);
		}

		ResponseEntity<String> after(FailedResultException failure) {
			return ResponseEntity.ok("fallback after " + status((ResponseEntity<?>) failure.result()));
		}

		ResponseEntity<String> after(Throwable failure) {
			throw new AssertionError(failure);
		}

		@Dependency(name = "kept", type = DEGRADED)
		public ResponseEntity<String> kept() {
			return entity(this.client);
		}

		@Dependency(name = "partner", type = CRITICAL)
		public Result result(Result result) {
			return result;
		}

		@Dependency(name = "partner", type = CRITICAL)
		public CompletableFuture<Result> resultLater(Result result) {
			return CompletableFuture.completedFuture(result);
		}

	}

}
