package dev.resilience.integration;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import brave.handler.MutableSpan;
import brave.handler.SpanHandler;
import brave.propagation.TraceContext;
import dev.resilience.Dependencies;
import dev.resilience.ReactiveDependencies;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * A scrape names the spans of calls as exemplars of their times.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.endpoints.web.exposure.include=prometheus",
				"management.tracing.sampling.probability=1",
				"management.metrics.distribution.percentiles-histogram.resilience.calls=true",
				"resilience.types.critical.retry.max-attempts=1", "resilience.dependencies.caller.type=critical",
				"resilience.dependencies.caller.isolation=caller", "resilience.dependencies.thread.type=critical",
				"resilience.dependencies.thread.isolation=thread", "resilience.dependencies.failing.type=critical",
				"resilience.dependencies.served.type=degraded", "resilience.dependencies.refused.type=critical",
				"resilience.dependencies.refused.switch=off", "resilience.dependencies.stage.type=critical",
				"resilience.dependencies.cancelled.type=critical", "resilience.dependencies.mono.type=critical",
				"resilience.dependencies.flux.type=critical", "resilience.dependencies.background.type=optional",
				"resilience.dependencies.observed.type=critical", "resilience.dependencies.observed.mode=observe",
				"resilience.dependencies.within.type=critical" })
@AutoConfigureRestTestClient
@Timeout(120)
class ExemplarTests {

	private static final Pattern EXEMPLAR = Pattern.compile(
			"resilience_calls_seconds_bucket\\{dependency=\"(\\w+)\".*# \\{span_id=\"(\\w+)\",trace_id=\"(\\w+)\"} .*");

	private final Dependencies dependencies;

	private final ReactiveDependencies reactive;

	private final ObservationRegistry observations;

	private final Spans spans;

	private final RestTestClient client;

	ExemplarTests(@Autowired Dependencies dependencies, @Autowired ReactiveDependencies reactive,
			@Autowired ObservationRegistry observations, @Autowired Spans spans, @Autowired RestTestClient client) {
		this.dependencies = dependencies;
		this.reactive = reactive;
		this.observations = observations;
		this.spans = spans;
		this.client = client;
	}

	@ParameterizedTest
	@ValueSource(strings = { "caller", "thread", "observed" })
	void ofACallOnAnyThread(String dependency) {
		this.dependencies.run(dependency, () -> {
		});
		assertExemplar(dependency);
	}

	@Test
	void ofACallWithinARequestItsOwnSpan() {
		Observation request = Observation.start("request", this.observations);
		request.scoped(() -> this.dependencies.run("within", () -> {
		}));
		request.stop();
		assertExemplar("within");
	}

	@Test
	void ofAFailure() {
		assertThatIllegalStateException().isThrownBy(() -> this.dependencies.run("failing", () -> {
			throw new IllegalStateException();
		}));
		assertExemplar("failing");
	}

	@Test
	void ofAFallback() {
		assertThat(this.dependencies.<String, RuntimeException>call("served", () -> {
			throw new IllegalStateException();
		}, (failure) -> "fallback")).isEqualTo("fallback");
		assertExemplar("served");
	}

	@Test
	void ofARefusal() {
		assertThat(this.dependencies.<String, RuntimeException>call("refused", () -> "", (failure) -> "refused"))
			.isEqualTo("refused");
		assertExemplar("refused");
	}

	@Test
	void ofAStageThatCompletesElsewhere() {
		CompletableFuture<String> stage = new CompletableFuture<>();
		CompletableFuture<String> result = this.dependencies.callAsync("stage", () -> stage);
		CompletableFuture.runAsync(() -> stage.complete("value"));
		assertThat(result).succeedsWithin(Duration.ofSeconds(20));
		assertExemplar("stage");
	}

	@Test
	void ofAStageThatIsGivenUp() {
		this.dependencies.callAsync("cancelled", () -> new CompletableFuture<String>()).cancel(true);
		assertExemplar("cancelled");
	}

	@Test
	void ofAMonoThatEndsElsewhere() {
		Mono.just("value")
			.delayElement(Duration.ofMillis(1))
			.transform(this.reactive.<String>mono("mono"))
			.block(Duration.ofSeconds(20));
		assertExemplar("mono");
	}

	@Test
	void ofAFluxThatEndsElsewhere() {
		Flux.just("one", "two")
			.delayElements(Duration.ofMillis(1))
			.transform(this.reactive.<String>flux("flux"))
			.blockLast(Duration.ofSeconds(20));
		assertExemplar("flux");
	}

	@Test
	void ofACallInTheBackground() {
		this.dependencies.run("background", () -> {
		});
		assertExemplar("background");
	}

	private void assertExemplar(String dependency) {
		await().untilAsserted(() -> assertThat(exemplars(dependency)).isNotEmpty()
			.allSatisfy((exemplar) -> assertThat(exemplar).isEqualTo(this.spans.ofCall(dependency))));
	}

	private List<String> exemplars(String dependency) {
		String scrape = this.client.get()
			.uri("/actuator/prometheus")
			.header("Accept", "application/openmetrics-text; version=1.0.0")
			.exchange()
			.expectStatus()
			.isOk()
			.returnResult(String.class)
			.getResponseBody();
		return Arrays.stream(String.valueOf(scrape).split("\n"))
			.map(EXEMPLAR::matcher)
			.filter(Matcher::matches)
			.filter((line) -> line.group(1).equals(dependency))
			.map((line) -> line.group(3) + "/" + line.group(2))
			.toList();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Spans spans() {
			return new Spans();
		}

	}

	/** The spans that have ended. */
	static final class Spans extends SpanHandler {

		private final Map<String, String> calls = new ConcurrentHashMap<>();

		@Override
		public boolean end(TraceContext context, MutableSpan span, Cause cause) {
			String dependency = span.tag("dependency");
			if (dependency != null) {
				this.calls.put(dependency, context.traceIdString() + "/" + context.spanIdString());
			}
			return true;
		}

		@Nullable String ofCall(String dependency) {
			return this.calls.get(dependency);
		}

	}

}
