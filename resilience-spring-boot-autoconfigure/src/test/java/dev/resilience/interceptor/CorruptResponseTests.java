package dev.resilience.interceptor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import com.sun.net.httpserver.HttpServer;
import dev.resilience.Dependency;
import dev.resilience.FailureKind;
import dev.resilience.autoconfigure.ResilienceClientAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceQuarantineAutoConfiguration;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import dev.resilience.signal.CorruptResponse;
import dev.resilience.signal.Quarantine;
import feign.codec.Encoder;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.cloud.openfeign.EnableFeignClients;
import org.springframework.cloud.openfeign.FeignAutoConfiguration;
import org.springframework.cloud.openfeign.FeignClient;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.invoker.HttpExchangeAdapter;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Responses that cannot be understood, from a partner on a real socket: they are corrupt
 * data, and kept when that is wanted.
 */
class CorruptResponseTests {

	private static final String ENABLED = "resilience.quarantine.enabled=true";

	private HttpServer server;

	private volatile int status = 200;

	private volatile String contentType = "application/json";

	private volatile byte[] body = {};

	@BeforeEach
	void start() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", (exchange) -> {
			exchange.getRequestBody().readAllBytes();
			if (!this.contentType.isEmpty()) {
				exchange.getResponseHeaders().add("Content-Type", this.contentType);
			}
			exchange.sendResponseHeaders(this.status, (this.body.length > 0) ? this.body.length : -1);
			exchange.getResponseBody().write(this.body);
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
	void wrongContentTypeIsCorruptAndKept(Client client) {
		answer("text/html;charset=UTF-8", "<html>¡login!</html>");
		Instant before = Instant.now();
		run((context) -> {
			assertCorrupt(context, client);
			assertThat(kept(context)).singleElement().satisfies((response) -> {
				assertThat(Instant.parse(response.time())).isBetween(before, Instant.now());
				assertThat(response.operation()).endsWith(client.operation());
				assertThat(response.method()).isEqualTo("GET");
				assertThat(response.url()).isEqualTo(url() + "/products?token=***");
				assertThat(response.status()).isEqualTo(200);
				assertThat(response.contentType()).isEqualTo("text/html;charset=UTF-8");
				assertThat(response.body()).isEqualTo("<html>¡login!</html>");
				assertThat(response.encoding()).isEqualTo("text");
				assertThat(response.truncated()).isFalse();
				assertThat(response.length()).isEqualTo(21);
				assertThat(response.toString()).doesNotContain("secret");
			});
		});
	}

	@ParameterizedTest
	@EnumSource
	void bodyThatDoesNotParseIsCorruptAndKept(Client client) {
		answer("application/json", "{\"name\": ");
		run((context) -> {
			assertCorrupt(context, client);
			assertThat(kept(context)).singleElement().satisfies((response) -> {
				assertThat(response.body()).isEqualTo("{\"name\": ");
				assertThat(response.truncated()).isFalse();
			});
		});
	}

	@ParameterizedTest
	@EnumSource
	void resultThatViolatesItsConstraintsIsCorruptAndKept(Client client) {
		answer("application/json", "{\"name\": \"\"}");
		run((context) -> {
			assertCorrupt(context, client);
			assertThat(kept(context)).extracting(CorruptResponse::body).containsExactly("{\"name\": \"\"}");
		});
	}

	@ParameterizedTest
	@EnumSource
	void othersAreForgotten(Client client) {
		run((context) -> {
			answer("application/json", "{\"name\": \"coffee\"}");
			assertThat(client.get(context.getBean(Products.class), context)).isEqualTo(new Product("coffee"));
			this.status = 500;
			assertThat(catchThrowable(() -> client.get(context.getBean(Products.class), context))).isNotNull();
			assertThat(partner(context).failures()).containsOnlyKeys(FailureKind.SERVER_ERROR);
			assertThat(kept(context)).isEmpty();
		});
	}

	@ParameterizedTest
	@EnumSource
	void onlyTheBeginningOfABodyIsKept(Client client) {
		answer("text/plain", "äö".repeat(50_000));
		runner().withPropertyValues(ENABLED, "resilience.quarantine.max-body=9B").run((context) -> {
			assertCorrupt(context, client);
			assertThat(kept(context)).singleElement().satisfies((response) -> {
				// half a character is none
				assertThat(response.body()).isEqualTo("äöäö");
				assertThat(response.truncated()).isTrue();
				assertThat(response.length()).isBetween(9L, 200_000L);
			});
		});
	}

	@ParameterizedTest
	@EnumSource
	void whatIsNoTextIsEncoded(Client client) {
		byte[] bytes = { 'P', 'K', 3, 4, (byte) 0xff, 0 };
		for (String contentType : List.of("application/zip", "application/json", "text/html", "")) {
			this.contentType = contentType;
			this.body = bytes;
			run((context) -> {
				catchThrowable(() -> client.get(context.getBean(Products.class), context));
				assertThat(kept(context)).as(contentType).singleElement().satisfies((response) -> {
					assertThat(response.encoding()).isEqualTo("base64");
					assertThat(Base64.getDecoder().decode(response.body())).isEqualTo(bytes);
				});
			});
		}
	}

	@Test
	void theLastOnesAreKept() {
		run((context) -> {
			for (int i = 1; i <= 7; i++) {
				answer("application/json", "corrupt " + i);
				assertThat(catchThrowable(() -> Client.REST_CLIENT.get(context.getBean(Products.class), context)))
					.isNotNull();
			}
			assertThat(kept(context)).extracting(CorruptResponse::body)
				.containsExactly("corrupt 7", "corrupt 6", "corrupt 5", "corrupt 4", "corrupt 3");
			assertThat(partner(context).quarantined()).isEqualTo(5);
		});
		runner().withPropertyValues(ENABLED, "resilience.quarantine.max-responses=1").run((context) -> {
			for (int i = 1; i <= 2; i++) {
				answer("application/json", "corrupt " + i);
				assertThat(catchThrowable(() -> Client.REST_CLIENT.get(context.getBean(Products.class), context)))
					.isNotNull();
			}
			assertThat(kept(context)).extracting(CorruptResponse::body).containsExactly("corrupt 2");
		});
	}

	@Test
	void responseBelongsToTheInnerCall() {
		answer("application/json", "corrupt");
		run((context) -> {
			assertThat(catchThrowable(() -> context.getBean(Outer.class).outer())).isNotNull();
			assertThat(kept(context)).hasSize(1);
			assertThat(map(context).get("outer").failures()).containsOnlyKeys(FailureKind.CORRUPT_DATA);
			assertThat(context.getBean(Quarantine.class).responses("outer")).isEmpty();
		});
	}

	@Test
	void fallbackHidesNothing() {
		answer("application/json", "corrupt");
		run((context) -> {
			assertThat(context.getBean(Products.class).orFallback()).isEqualTo(new Product("fallback"));
			assertThat(context.getBean(Quarantine.class).responses("degraded")).extracting(CorruptResponse::body)
				.containsExactly("corrupt");
		});
	}

	@Test
	void requestsOutsideOfGuardedCallsAreLeftAlone() {
		answer("application/json", "{\"name\": \"coffee\"}");
		run((context) -> {
			RestClient restClient = context.getBean(RestClient.Builder.class).build();
			assertThat(restClient.get().uri(url()).retrieve().body(Product.class)).isEqualTo(new Product("coffee"));
			WebClient webClient = context.getBean(WebClient.Builder.class).build();
			assertThat(webClient.get().uri(url()).retrieve().bodyToMono(Product.class).block(Duration.ofSeconds(10)))
				.isEqualTo(new Product("coffee"));
		});
	}

	@Test
	void isOffByDefault() {
		answer("application/json", "corrupt");
		runner().run((context) -> {
			assertCorrupt(context, Client.REST_CLIENT);
			assertThat(context).doesNotHaveBean(Quarantine.class);
			assertThat(context.getBeansOfType(RestClientCustomizer.class)).hasSize(1);
			assertThat(partner(context).quarantined()).isNull();
		});
		runner().withPropertyValues(ENABLED, "resilience.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(Quarantine.class));
	}

	private void answer(String contentType, String body) {
		this.contentType = contentType;
		this.body = body.getBytes(StandardCharsets.UTF_8);
	}

	private void run(Consumer<ApplicationContext> test) {
		runner().withPropertyValues(ENABLED).run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context);
		});
	}

	private ApplicationContextRunner runner() {
		return Guarded.runner(Products.class, Outer.class, Apis.class)
			.withConfiguration(AutoConfigurations.of(RestClientAutoConfiguration.class,
					RestTemplateAutoConfiguration.class, WebClientAutoConfiguration.class,
					ValidationAutoConfiguration.class, FeignAutoConfiguration.class,
					ResilienceClientAutoConfiguration.class, ResilienceQuarantineAutoConfiguration.class))
			.withPropertyValues("partner.url=" + url());
	}

	private String url() {
		return "http://127.0.0.1:" + this.server.getAddress().getPort();
	}

	private static void assertCorrupt(ApplicationContext context, Client client) {
		assertThat(catchThrowable(() -> client.get(context.getBean(Products.class), context))).isNotNull();
		assertThat(partner(context).failures()).isEqualTo(Map.of(FailureKind.CORRUPT_DATA, 1L));
	}

	private static List<CorruptResponse> kept(ApplicationContext context) {
		return context.getBean(Quarantine.class).responses("partner");
	}

	private static DependencyDescriptor partner(ApplicationContext context) {
		return map(context).get("partner");
	}

	private static Map<String, DependencyDescriptor> map(ApplicationContext context) {
		return context.getBean(DependencyMapReader.class).read().dependencies();
	}

	enum Client {

		REST_CLIENT("restClient") {

			@Override
			@Nullable Product get(Products products, ApplicationContext context) {
				return products.restClient();
			}

		},

		REST_TEMPLATE("restTemplate") {

			@Override
			@Nullable Product get(Products products, ApplicationContext context) {
				return products.restTemplate();
			}

		},

		WEB_CLIENT("webClient") {

			@Override
			@Nullable Product get(Products products, ApplicationContext context) {
				return products.webClient().block(Duration.ofSeconds(10));
			}

		},

		WEB_CLIENT_BLOCKING("webClientBlocking") {

			@Override
			@Nullable Product get(Products products, ApplicationContext context) {
				return products.webClientBlocking();
			}

		},

		HTTP_EXCHANGE_REST("product") {

			@Override
			@Nullable Product get(Products products, ApplicationContext context) {
				return context.getBean("restApi", Api.class).product();
			}

		},

		HTTP_EXCHANGE_WEB("product") {

			@Override
			@Nullable Product get(Products products, ApplicationContext context) {
				return context.getBean("webApi", Api.class).product();
			}

		},

		FEIGN("product") {

			@Override
			@Nullable Product get(Products products, ApplicationContext context) {
				return context.getBean(FeignApi.class).product();
			}

		};

		private final String operation;

		Client(String operation) {
			this.operation = operation;
		}

		String operation() {
			return "." + this.operation;
		}

		abstract @Nullable Product get(Products products, ApplicationContext context);

	}

	record Product(@NotBlank String name) {
	}

	interface Api {

		@Valid
		@GetExchange("/products?token=secret")
		@Dependency(name = "partner", type = CRITICAL)
		Product product();

	}

	@FeignClient(name = "partner", url = "${partner.url}")
	interface FeignApi {

		@Valid
		@GetMapping("/products?token=secret")
		@Dependency(name = "partner", type = CRITICAL)
		Product product();

	}

	@EnableFeignClients(clients = FeignApi.class)
	static class Apis {

		// Spring Cloud leaves its own out for Spring Data, of which only a part is here
		@Bean
		Encoder encoder() {
			return new Encoder.Default();
		}

		@Bean
		Api restApi(RestClient.Builder client, Environment environment) {
			return api(
					RestClientAdapter.create(client.baseUrl(environment.getRequiredProperty("partner.url")).build()));
		}

		@Bean
		Api webApi(WebClient.Builder client, Environment environment) {
			return api(WebClientAdapter.create(client.baseUrl(environment.getRequiredProperty("partner.url")).build()));
		}

		private static Api api(HttpExchangeAdapter adapter) {
			return HttpServiceProxyFactory.builderFor(adapter).build().createClient(Api.class);
		}

	}

	static class Products {

		private static final String PATH = "/products?token=secret";

		private final RestClient restClient;

		private final RestTemplate restTemplate;

		private final WebClient webClient;

		Products(RestClient.Builder restClient, RestTemplateBuilder restTemplate, WebClient.Builder webClient,
				Environment environment) {
			String url = environment.getRequiredProperty("partner.url");
			this.restClient = restClient.baseUrl(url).defaultHeader("Authorization", "secret").build();
			this.restTemplate = restTemplate.rootUri(url).defaultHeader("Authorization", "secret").build();
			this.webClient = webClient.baseUrl(url).defaultHeader("Authorization", "secret").build();
		}

		@Valid
		@Dependency(name = "partner", type = CRITICAL)
		public @Nullable Product restClient() {
			return this.restClient.get().uri(PATH).retrieve().body(Product.class);
		}

		@Valid
		@Dependency(name = "partner", type = CRITICAL)
		public @Nullable Product restTemplate() {
			return this.restTemplate.getForObject(PATH, Product.class);
		}

		@Valid
		@Dependency(name = "partner", type = CRITICAL)
		public Mono<Product> webClient() {
			return this.webClient.get().uri(PATH).retrieve().bodyToMono(Product.class);
		}

		@Valid
		@Dependency(name = "partner", type = CRITICAL)
		public @Nullable Product webClientBlocking() {
			return this.webClient.get().uri(PATH).retrieve().bodyToMono(Product.class).block(Duration.ofSeconds(10));
		}

		@Dependency(name = "degraded", type = DEGRADED, fallback = "fallback")
		public @Nullable Product orFallback() {
			return restClient();
		}

		Product fallback() {
			return new Product("fallback");
		}

	}

	static class Outer {

		private final Products products;

		Outer(Products products) {
			this.products = products;
		}

		@Dependency(name = "outer", type = CRITICAL)
		public @Nullable Product outer() {
			return this.products.restClient();
		}

	}

}
