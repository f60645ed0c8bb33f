package dev.resilience.interceptor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import com.sun.net.httpserver.HttpServer;
import dev.resilience.Dependency;
import dev.resilience.FailureKind;
import dev.resilience.autoconfigure.ResilienceClientAutoConfiguration;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import feign.FeignException;
import feign.codec.Encoder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.openfeign.EnableFeignClients;
import org.springframework.cloud.openfeign.FeignAutoConfiguration;
import org.springframework.cloud.openfeign.FeignClient;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Clients of Spring Cloud OpenFeign, against a partner on a real socket.
 */
class FeignClientTests {

	private final List<@Nullable String> keys = new CopyOnWriteArrayList<>();

	private volatile int status = 200;

	private volatile boolean silent;

	private HttpServer server;

	@BeforeEach
	void start() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", (exchange) -> {
			this.keys.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
			exchange.getRequestBody().readAllBytes();
			if (!this.silent) {
				byte[] body = "answer".getBytes(StandardCharsets.UTF_8);
				exchange.getResponseHeaders().add("Content-Type", "text/plain");
				exchange.sendResponseHeaders(this.status, body.length);
				exchange.getResponseBody().write(body);
			}
			exchange.close();
		});
		this.server.start();
	}

	@AfterEach
	void stop() {
		this.server.stop(0);
	}

	@Test
	void guardsTheMethodsOfAClient() {
		runner().run((context) -> {
			assertThat(context.getBean(Partner.class).recommend("a")).isEqualTo("answer");
			assertThat(partner(context).operations()).extracting(DependencyDescriptor.Operation::method)
				.containsExactlyInAnyOrder(Partner.class.getName() + ".recommend", Partner.class.getName() + ".charge");
			assertThat(partner(context).breaker().calls()).isOne();
		});
	}

	@Test
	void fallsBackToADefaultMethod() {
		this.status = 404;
		runner().run((context) -> {
			assertThat(context.getBean(Partner.class).recommend("a")).isEqualTo("best of a after NotFound");
			assertThat(partner(context).failures()).containsEntry(FailureKind.CLIENT_ERROR, 1L);
			assertThat(this.keys).hasSize(1);
		});
	}

	@Test
	void repeatsWhatIsIdempotent() {
		this.status = 500;
		runner().run((context) -> {
			assertThat(context.getBean(Partner.class).recommend("a")).startsWith("best of a after InternalServerError");
			assertThat(this.keys).hasSize(2);
		});
	}

	@Test
	void doesNotRepeatWhatMayHaveBeenReceived() {
		this.silent = true;
		runner().run((context) -> {
			assertThatExceptionOfType(FeignException.class)
				.isThrownBy(() -> context.getBean(Partner.class).charge("order"));
			assertThat(partner(context).failures()).containsEntry(FailureKind.UNKNOWN, 1L);
			assertThat(this.keys).hasSize(1);
		});
	}

	@Test
	void repeatsWhatThePartnerRecognises() {
		this.status = 500;
		runner().withPropertyValues("resilience.dependencies.partner.idempotency-key=true").run((context) -> {
			assertThatExceptionOfType(FeignException.class)
				.isThrownBy(() -> context.getBean(Partner.class).charge("order"));
			assertThat(this.keys).hasSize(3).doesNotContainNull();
			assertThat(this.keys.stream().distinct()).hasSize(1);
		});
	}

	@Test
	void repeatsWhatWasNeverSent() {
		ApplicationContextRunner runner = runner();
		this.server.stop(0);
		runner.run((context) -> {
			assertThatExceptionOfType(FeignException.class)
				.isThrownBy(() -> context.getBean(Partner.class).charge("order"));
			assertThat(partner(context).failures()).containsEntry(FailureKind.CONNECTION_REFUSED, 1L);
		});
	}

	@Test
	void startsWithoutFeign() {
		Guarded.runner()
			.withConfiguration(AutoConfigurations.of(ResilienceClientAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("feign"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("resilienceFeignCapability"));
	}

	private ApplicationContextRunner runner() {
		return Guarded.runner(Clients.class)
			.withConfiguration(
					AutoConfigurations.of(ResilienceClientAutoConfiguration.class, FeignAutoConfiguration.class))
			.withPropertyValues("resilience.dependencies.partner.retry.backoff.initial=1ms",
					"resilience.dependencies.partner.timeout=30s",
					"partner.url=http://localhost:" + this.server.getAddress().getPort());
	}

	private static DependencyDescriptor partner(ApplicationContext context) {
		return context.getBean(DependencyMapReader.class).read().dependencies().get("partner");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableFeignClients(clients = Partner.class)
	static class Clients {

		// Spring Cloud leaves its own out for Spring Data, of which only a part is here
		@Bean
		Encoder encoder() {
			return new Encoder.Default();
		}

	}

	@FeignClient(name = "partner", url = "${partner.url}")
	@Dependency(name = "partner", type = DEGRADED)
	interface Partner {

		@GetMapping("/recommendations")
		@Dependency(idempotent = true, fallback = "best")
		String recommend(@RequestParam("customer") String customer);

		@PostMapping("/charges")
		@Dependency(type = CRITICAL)
		void charge(@RequestBody String order);

		default String best(String customer, Throwable cause) {
			return "best of " + customer + " after " + cause.getClass().getSimpleName();
		}

	}

}
