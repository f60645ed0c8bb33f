package dev.resilience.interceptor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import com.sun.net.httpserver.HttpServer;
import dev.resilience.Dependency;
import dev.resilience.PartialFailureException;
import dev.resilience.autoconfigure.ResilienceClientAutoConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

import static dev.resilience.DependencyType.CRITICAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A call that sends a request for each item, to a partner on a real socket that
 * recognises repetitions.
 */
class PartialFailureHttpTests {

	private final Set<String> unavailableOnce = ConcurrentHashMap.newKeySet();

	private final Set<String> broken = ConcurrentHashMap.newKeySet();

	private final List<String> requests = new CopyOnWriteArrayList<>();

	/** What was done, by the key of the request. */
	private final Map<String, String> done = new ConcurrentHashMap<>();

	private HttpServer server;

	@BeforeEach
	void start() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", (exchange) -> {
			String item = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
			this.requests.add(item);
			int status = this.broken.contains(item) ? 500 : 200;
			if (this.unavailableOnce.remove(item)) {
				exchange.getResponseHeaders().add("Retry-After", "0");
				status = 503;
			}
			String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
			byte[] answer = ((status == 200) ? this.done.computeIfAbsent(key, (unknown) -> "label of " + item) : "")
				.getBytes(StandardCharsets.UTF_8);
			exchange.getResponseHeaders().add("Content-Type", "text/plain");
			exchange.sendResponseHeaders(status, (answer.length > 0) ? answer.length : -1);
			exchange.getResponseBody().write(answer);
			exchange.close();
		});
		this.server.start();
	}

	@AfterEach
	void stop() {
		this.server.stop(0);
	}

	@Test
	void givesTheRequestsOfANarrowedAttemptOtherKeys() {
		this.unavailableOnce.addAll(Set.of("b", "c"));
		run((shipping) -> {
			assertThat(shipping.labels(List.of("a", "b", "c")))
				.hasToString("{a=label of a, b=label of b, c=label of c}");
			assertThat(this.requests).containsExactly("a", "b", "c", "b", "c");
		});
	}

	@Test
	void sendsNothingTwiceThatMayHaveBeenDone() {
		this.unavailableOnce.add("b");
		this.broken.add("c");
		run((shipping) -> {
			assertThatExceptionOfType(PartialFailureException.class)
				.isThrownBy(() -> shipping.labels(List.of("a", "b", "c")))
				.satisfies((failure) -> {
					assertThat(failure.succeeded()).hasToString("{a=label of a, b=label of b}");
					assertThat(failure.failed().keySet()).hasToString("[c]");
				});
			assertThat(this.requests).containsExactly("a", "b", "c", "b");
		});
	}

	private void run(Check test) {
		String url = "http://%s:%d/".formatted(InetAddress.getLoopbackAddress().getHostAddress(),
				this.server.getAddress().getPort());
		Guarded.runner()
			.withConfiguration(
					AutoConfigurations.of(RestClientAutoConfiguration.class, ResilienceClientAutoConfiguration.class))
			.withBean(Shipping.class)
			.withPropertyValues("url=" + url, "resilience.dependencies.shipping.idempotency-key=true",
					"resilience.dependencies.shipping.retry.backoff.initial=1ms")
			.run((context) -> test.run(context.getBean(Shipping.class)));
	}

	interface Check {

		void run(Shipping shipping);

	}

	static class Shipping {

		private final RestClient client;

		Shipping(RestClient.Builder builder, org.springframework.core.env.Environment environment) {
			this.client = builder.requestFactory(new JdkClientHttpRequestFactory())
				.baseUrl(environment.getRequiredProperty("url"))
				.build();
		}

		@Dependency(name = "shipping", type = CRITICAL)
		public Map<String, String> labels(List<String> items) {
			Map<String, String> labels = new LinkedHashMap<>();
			Map<String, RestClientException> failed = new LinkedHashMap<>();
			for (String item : items) {
				try {
					labels.put(item, this.client.post().body(item).retrieve().body(String.class));
				}
				catch (RestClientException ex) {
					failed.put(item, ex);
				}
			}
			if (!failed.isEmpty()) {
				throw new PartialFailureException(labels, failed);
			}
			return labels;
		}

	}

}
