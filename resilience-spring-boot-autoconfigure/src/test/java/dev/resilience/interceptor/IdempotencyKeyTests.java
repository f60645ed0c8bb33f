package dev.resilience.interceptor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpServer;
import dev.resilience.Dependency;
import dev.resilience.DependencyCall;
import dev.resilience.IdempotencyKey;
import dev.resilience.autoconfigure.ResilienceClientAutoConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.OPTIONAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Idempotency keys of annotated methods, as a partner on a real socket receives them.
 */
class IdempotencyKeyTests {

	private static final String NONE = "none";

	private static final String KEYED = "resilience.dependencies.partner.idempotency-key=true";

	private final Queue<String> received = new ConcurrentLinkedQueue<>();

	private HttpServer server;

	@BeforeEach
	void start() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", (exchange) -> {
			exchange.getRequestBody().readAllBytes();
			List<String> keys = exchange.getRequestHeaders().getOrDefault("Idempotency-Key", List.of(NONE));
			this.received.add(String.join(",", keys));
			exchange.sendResponseHeaders(500, -1);
			exchange.close();
		});
		this.server.start();
	}

	@AfterEach
	void stop() {
		this.server.stop(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "restClient", "restTemplate", "webClient" })
	void allAttemptsCarryTheCallersKey(String client) {
		runner(Shop.class).withPropertyValues(KEYED).run((context) -> {
			fail(() -> context.getBean(Shop.class).charge(client, "order-42"));
			assertThat(this.received).containsExactly("order-42-1", "order-42-1", "order-42-1");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "restClient", "restTemplate", "webClient" })
	void allAttemptsCarryTheSameKeyWhenTheCallerGivesNone(String client) {
		runner(Shop.class).withPropertyValues(KEYED).run((context) -> {
			fail(() -> context.getBean(Shop.class).refund(client));
			fail(() -> context.getBean(Shop.class).refund(client));
			List<String> keys = List.copyOf(this.received);
			assertThat(keys).hasSize(6).allMatch((key) -> key.matches("[0-9a-f-]{36}-1"));
			assertThat(keys.subList(0, 3)).containsOnly(keys.get(0));
			assertThat(keys.subList(3, 6)).containsOnly(keys.get(3)).doesNotContain(keys.get(0));
		});
	}

	@Test
	void withoutThePropertyNoKeyIsSentAndNothingIsRepeated() {
		runner(Shop.class).run((context) -> {
			fail(() -> context.getBean(Shop.class).charge("restClient", "order-42"));
			assertThat(this.received).containsExactly(NONE);
			assertThat(context.getBean(Shop.class).key("order-42")).isEqualTo("order-42");
		});
	}

	@Test
	void thePropertyMayBeSetForOneMethod() {
		runner(Shop.class).withPropertyValues("resilience.dependencies.partner.operations.charge.idempotency-key=true")
			.run((context) -> {
				fail(() -> context.getBean(Shop.class).refund("restClient"));
				assertThat(this.received).containsExactly(NONE);
				fail(() -> context.getBean(Shop.class).charge("restClient", "order-42"));
				assertThat(this.received).hasSize(4).endsWith("order-42-1");
			});
	}

	@Test
	void aKeyMayBeAnythingThatHasAText() {
		UUID uuid = UUID.randomUUID();
		runner(Shop.class).run((context) -> {
			Shop shop = context.getBean(Shop.class);
			assertThat(shop.key(uuid)).isEqualTo(uuid.toString());
			assertThat(shop.key(42L)).isEqualTo("42");
			assertThat(shop.key("order 42: ~")).isEqualTo("order 42: ~");
			assertThat(shop.key("k".repeat(255))).hasSize(255);
			assertThat(shop.number("first", 7)).isEqualTo("7");
		});
	}

	static Stream<@Nullable Object> notKeys() {
		return Stream.of(null, "", " ", "order\r\nX-Admin: true", "order\u0000", "order\t42", "bestellung-ä", " order",
				"order ", "k".repeat(256), new Object() {
					@Override
					public String toString() {
						return "\u007f";
					}
				});
	}

	@ParameterizedTest
	@MethodSource("notKeys")
	void whatIsNoKeyIsRefusedBeforeAnythingIsSent(@Nullable Object key) {
		runner(Shop.class).withPropertyValues(KEYED).run((context) -> {
			assertThatIllegalArgumentException().isThrownBy(() -> context.getBean(Shop.class).key(key))
				.withMessageStartingWith(
						"The @IdempotencyKey parameter 'key' of " + Shop.class.getName() + ".key(Object) "
								+ ((key != null) ? "is no key: it needs 1 to 255 printable ASCII characters"
										: "is null: the call has no key and was not made"))
				.withMessageNotContaining("X-Admin");
			assertThatIllegalArgumentException().isThrownBy(() -> context.getBean(Shop.class).mail(key))
				.withMessageContaining("parameter 'key'");
			assertThat(this.received).isEmpty();
		});
	}

	@Test
	void parametersOfInterfacesAndSuperclassesCount() {
		runner(Inherited.class).run((context) -> {
			assertThat(context.getBean(Declared.class).declared("first", "order-42")).isEqualTo("order-42");
			assertThat(context.getBean(Generic.class).generic("order-42")).isEqualTo("order-42");
			assertThat(context.getBean(Inherited.class).inherited("order-42")).isEqualTo("order-42");
		});
	}

	@Test
	void parametersOfAnInterfaceCountBehindAJdkProxy() {
		runner(Behind.class).withPropertyValues("spring.aop.proxy-target-class=false")
			.run((context) -> assertThat(context.getBean(Declared.class).declared("first", "order-42"))
				.isEqualTo("order-42"));
	}

	@Test
	void parametersOfHttpInterfacesCount() {
		runner(ClientConfiguration.class).withPropertyValues(KEYED).run((context) -> {
			fail(() -> context.getBean(Client.class).charge("order-42"));
			assertThat(this.received).containsExactly("order-42-1", "order-42-1", "order-42-1");
			this.received.clear();
			fail(() -> context.getBean(Client.class).refund("order-42"));
			assertThat(this.received).containsExactly("order-42", "order-42", "order-42");
		});
	}

	@Test
	void twoKeysAreRefused() {
		assertThat(Guarded.refusal(runner(TwoKeys.class)))
			.isEqualTo("The @Dependency method %s.call(String, String) has two parameters with @IdempotencyKey."
				.formatted(TwoKeys.class.getName()) + "\n\n"
					+ "Annotate one of them. A key of several parts is a parameter that joins them.");
	}

	@Test
	void anArrayIsRefused() {
		assertThat(Guarded.refusal(runner(ArrayKey.class))).startsWith(
				"The @IdempotencyKey parameter 'key' of %s.call(byte[]) is an array, whose text says nothing of its elements"
					.formatted(ArrayKey.class.getName()));
	}

	private ApplicationContextRunner runner(Class<?> bean) {
		return Guarded.runner(bean)
			.withConfiguration(
					AutoConfigurations.of(RestClientAutoConfiguration.class, RestTemplateAutoConfiguration.class,
							WebClientAutoConfiguration.class, ResilienceClientAutoConfiguration.class))
			.withPropertyValues("partner.url=http://127.0.0.1:" + this.server.getAddress().getPort(),
					"resilience.dependencies.partner.retry.backoff.initial=1ms");
	}

	private static void fail(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
		assertThat(catchThrowable(call)).hasMessageContaining("500");
	}

	private static String current() {
		return DependencyCall.current().map(DependencyCall::idempotencyKey).orElse("UNGUARDED");
	}

	static class Shop {

		private final RestClient restClient;

		private final RestTemplate restTemplate;

		private final WebClient webClient;

		Shop(RestClient.Builder restClient, RestTemplateBuilder restTemplate, WebClient.Builder webClient,
				Environment environment) {
			String url = environment.getRequiredProperty("partner.url");
			this.restClient = restClient.baseUrl(url).build();
			this.restTemplate = restTemplate.rootUri(url).build();
			this.webClient = webClient.baseUrl(url).build();
		}

		@Dependency(name = "partner", type = CRITICAL)
		public void charge(String client, @IdempotencyKey String order) {
			post(client);
		}

		@Dependency(name = "partner", type = CRITICAL)
		public void refund(String client) {
			post(client);
		}

		@Dependency(name = "partner", type = CRITICAL)
		public String key(@IdempotencyKey @Nullable Object key) {
			return current();
		}

		@Dependency(name = "partner", type = CRITICAL)
		public String number(String first, @IdempotencyKey int key) {
			return current();
		}

		@Dependency(name = "mail", type = OPTIONAL)
		public void mail(@IdempotencyKey @Nullable Object key) {
			post("restClient");
		}

		private void post(String client) {
			switch (client) {
				case "restClient" -> this.restClient.post().uri("/").body("order").retrieve().toBodilessEntity();
				case "restTemplate" -> this.restTemplate.postForEntity("/", "order", Void.class);
				default ->
					Mono.fromDirect(this.webClient.post().uri("/").bodyValue("order").retrieve().toBodilessEntity())
						.block(Duration.ofSeconds(10));
			}
		}

	}

	interface Client {

		@PostExchange("/charges/{order}")
		@Dependency(name = "partner", type = CRITICAL)
		void charge(@PathVariable @IdempotencyKey String order);

		@PostExchange("/refunds")
		@Dependency(name = "partner", type = CRITICAL)
		void refund(@RequestHeader("Idempotency-Key") @IdempotencyKey String key);

	}

	@Configuration(proxyBeanMethods = false)
	static class ClientConfiguration {

		@Bean
		Client client(RestClient.Builder builder, Environment environment) {
			RestClient client = builder.baseUrl(environment.getRequiredProperty("partner.url")).build();
			return HttpServiceProxyFactory.builderFor(RestClientAdapter.create(client))
				.build()
				.createClient(Client.class);
		}

	}

	interface Declared {

		String declared(String first, @IdempotencyKey String key);

	}

	interface Generic<T> {

		String generic(@IdempotencyKey T key);

	}

	abstract static class Base {

		public String inherited(@IdempotencyKey String key) {
			return current();
		}

	}

	static class Inherited extends Base implements Declared, Generic<String> {

		@Override
		@Dependency(name = "partner", type = CRITICAL)
		public String declared(String first, String key) {
			return current();
		}

		@Override
		@Dependency(name = "partner", type = CRITICAL)
		public String generic(String key) {
			return current();
		}

		@Override
		@Dependency(name = "partner", type = CRITICAL)
		public String inherited(String key) {
			return current();
		}

	}

	static class Behind implements Declared {

		@Override
		@Dependency(name = "partner", type = CRITICAL)
		public String declared(String first, String key) {
			return current();
		}

	}

	static class TwoKeys {

		@Dependency(name = "partner", type = CRITICAL)
		public void call(@IdempotencyKey String one, @IdempotencyKey String other) {
		}

	}

	static class ArrayKey {

		@Dependency(name = "partner", type = CRITICAL)
		public void call(@IdempotencyKey byte[] key) {
		}

	}

}
