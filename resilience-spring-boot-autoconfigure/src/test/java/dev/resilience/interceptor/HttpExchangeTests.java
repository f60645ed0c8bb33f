package dev.resilience.interceptor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpServer;
import dev.resilience.Dependency;
import dev.resilience.FailureKind;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * HTTP service interfaces, against a partner on a real socket.
 */
class HttpExchangeTests {

	private final AtomicInteger requests = new AtomicInteger();

	private volatile int status = 200;

	private HttpServer server;

	@BeforeEach
	void start() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", (exchange) -> {
			this.requests.incrementAndGet();
			byte[] body = "answer".getBytes(StandardCharsets.UTF_8);
			exchange.getRequestBody().readAllBytes();
			exchange.getResponseHeaders().add("Content-Type", "text/plain");
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

	@Test
	void guardsTheMethodsOfAnInterface() {
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
			assertThat(this.requests).hasValue(1);
		});
	}

	@Test
	void repeatsWhatIsIdempotent() {
		this.status = 500;
		runner().run((context) -> {
			assertThat(context.getBean(Partner.class).recommend("a")).startsWith("best of a after");
			assertThat(this.requests).hasValue(2);
		});
	}

	@Test
	void doesNotRepeatWhatIsNotIdempotent() {
		this.status = 500;
		runner().run((context) -> {
			assertThatExceptionOfType(HttpServerErrorException.class)
				.isThrownBy(() -> context.getBean(Partner.class).charge());
			assertThat(this.requests).hasValue(1);
		});
	}

	@Test
	void repeatsWhatWasNeverSent() {
		ApplicationContextRunner runner = runner();
		this.server.stop(0);
		runner.run((context) -> {
			assertThat(context.getBean(Partner.class).recommend("a")).startsWith("best of a after ResourceAccess");
			assertThat(partner(context).failures()).containsEntry(FailureKind.CONNECTION_REFUSED, 1L);
		});
	}

	private ApplicationContextRunner runner() {
		int port = this.server.getAddress().getPort();
		return Guarded.runner()
			.withPropertyValues("resilience.dependencies.partner.retry.backoff.initial=1ms")
			.withBean(Partner.class,
					() -> HttpServiceProxyFactory.builderFor(RestClientAdapter.create(RestClient.builder()
						.requestFactory(new JdkClientHttpRequestFactory())
						.baseUrl("http://localhost:" + port)
						.build())).build().createClient(Partner.class));
	}

	private static DependencyDescriptor partner(ApplicationContext context) {
		return context.getBean(DependencyMapReader.class).read().dependencies().get("partner");
	}

	@Dependency(name = "partner", type = DEGRADED)
	interface Partner {

		@GetExchange("/recommendations")
		@Dependency(idempotent = true, fallback = "best")
		String recommend(@RequestParam("customer") String customer);

		@PostExchange("/charges")
		@Dependency(type = CRITICAL)
		void charge();

		default String best(String customer, Throwable cause) {
			return "best of " + customer + " after " + cause.getClass().getSimpleName();
		}

	}

}
