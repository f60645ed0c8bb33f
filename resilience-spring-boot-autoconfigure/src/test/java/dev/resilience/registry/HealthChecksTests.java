package dev.resilience.registry;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Predicate;

import com.sun.net.httpserver.HttpServer;
import dev.resilience.BreakerState;
import dev.resilience.DependencyType;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.PolicyResolver;
import dev.resilience.policy.TestSettings;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Health checks over real sockets.
 */
class HealthChecksTests {

	private final List<String> authorizations = new CopyOnWriteArrayList<>();

	private volatile int status = 200;

	private HttpServer server;

	@BeforeEach
	void start() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/health", (exchange) -> {
			this.authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
			exchange.sendResponseHeaders(this.status, -1);
			exchange.close();
		});
		this.server.start();
	}

	@AfterEach
	void stop() {
		this.server.stop(0);
	}

	@Test
	void noticesFailureAndRecovery() {
		run(url(""), (check) -> check.healthCheck().status() == Status.UP, () -> {
			this.status = 503;
			return (check) -> check.healthCheck().status() == Status.DOWN && isWarned(check)
					&& check.status() == Status.DEGRADED && check.breaker().state() == BreakerState.CLOSED
					&& check.failures().isEmpty();
		}, () -> {
			this.status = 200;
			return (check) -> check.healthCheck().status() == Status.UP && check.warnings().isEmpty();
		});
	}

	@Test
	void sendsCredentialsAndShowsNone() {
		run(url("user:pass@"),
				(check) -> check.healthCheck().status() == Status.UP && !check.healthCheck().url().contains("user"));
		assertThat(this.authorizations.get(0))
			.isEqualTo("Basic " + Base64.getEncoder().encodeToString("user:pass".getBytes()));
	}

	@Test
	void noticesThatNobodyListens() throws IOException {
		int port;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			port = socket.getLocalPort();
		}
		run("http://localhost:" + port, (check) -> check.healthCheck().status() == Status.DOWN && isWarned(check));
	}

	@Test
	void noticesThatNobodyAnswers() throws IOException {
		try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
			run("http://localhost:" + silent.getLocalPort(),
					(check) -> check.healthCheck().status() == Status.DOWN && isWarned(check));
		}
	}

	@Test
	void noticesThatAnAnswerDoesNotEnd() {
		CountDownLatch end = new CountDownLatch(1);
		this.server.createContext("/health/endless", (exchange) -> {
			exchange.sendResponseHeaders(200, 0);
			exchange.getResponseBody().flush();
			try {
				end.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
		try {
			run(url("") + "/endless", (check) -> check.healthCheck().status() == Status.DOWN && isWarned(check));
		}
		finally {
			end.countDown();
		}
	}

	@Test
	void startsAnewAfterAStop() {
		ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
		timer.setRemoveOnCancelPolicy(true);
		HealthChecks checks = new HealthChecks(timer, Runnable::run);
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
			.withPropertyValues("resilience.dependencies.partner.type=critical",
					"resilience.dependencies.partner.health-check=" + url(""))
			.run((context) -> {
				List<DependencyPolicy> partner = List
					.of(context.getBean(DependencyRegistry.class).find("partner").policy());
				checks.start(partner);
				assertThat(timer.getQueue()).hasSize(1);
				checks.stop();
				assertThat(timer.getQueue()).isEmpty();
				checks.start(partner);
				checks.start(partner);
				assertThat(timer.getQueue()).hasSize(1);
			});
		timer.shutdownNow();
	}

	@Test
	void followsChangedPolicies() {
		ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
		timer.setRemoveOnCancelPolicy(true);
		HealthChecks checks = new HealthChecks(timer, Runnable::run);
		List<DependencyPolicy> without = List.of(policy("description=unchecked"));
		List<DependencyPolicy> with = List.of(policy("health-check=" + url("")));
		List<DependencyPolicy> seldom = List.of(policy("health-check=" + url(""), "health-check-interval=1h"));
		checks.update(with);
		assertThat(timer.getQueue()).isEmpty(); // it has not begun
		checks.start(without);
		assertThat(timer.getQueue()).isEmpty();
		checks.update(with);
		assertThat(timer.getQueue()).hasSize(1);
		Runnable next = timer.getQueue().element();
		checks.update(with);
		assertThat(timer.getQueue()).containsExactly(next);
		checks.update(seldom);
		assertThat(timer.getQueue()).hasSize(1).doesNotContain(next);
		checks.update(without);
		assertThat(timer.getQueue()).isEmpty();
		timer.shutdownNow();
	}

	@Test
	void theAnswerOfAnotherPlaceIsForgotten() {
		ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
		HealthChecks checks = new HealthChecks(timer, Runnable::run);
		checks.start(List.of(policy("health-check=" + url(""), "health-check-interval=1h")));
		Awaitility.await().until(() -> checks.result("partner") != null);
		checks.update(List.of(policy("health-check=" + url(""), "health-check-interval=2h")));
		assertThat(checks.result("partner")).isNotNull();
		checks.update(List.of(policy("health-check=" + url("") + "/other", "health-check-interval=1h")));
		assertThat(checks.result("partner")).isNull();
		timer.shutdownNow();
	}

	private static DependencyPolicy policy(String... settings) {
		return new PolicyResolver(Map.of(), Map.of("partner", TestSettings.of(settings))).dependency("partner",
				DependencyType.CRITICAL, List.of());
	}

	@ParameterizedTest
	@CsvSource({ "http://host/health, http://host/health",
			"http://user:secret@host:81/a?key=secret&b=secret#x, http://host:81/a?key=***&b=***",
			"https://user@host, https://host", "http://user:secret@my_host/health, http:///health" })
	void hidesWhatMayBeSecret(String url, String shown) {
		assertThat(RedactedUrl.of(URI.create(url))).isEqualTo(shown);
	}

	private String url(String user) {
		return "http://%slocalhost:%d/health".formatted(user, this.server.getAddress().getPort());
	}

	private static boolean isWarned(DependencyDescriptor check) {
		return check.warnings().stream().anyMatch((warning) -> warning.signal().equals("HEALTH_CHECK"));
	}

	@SafeVarargs
	private static void run(String url, Predicate<DependencyDescriptor> expected,
			java.util.function.Supplier<Predicate<DependencyDescriptor>>... next) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
			.withPropertyValues("resilience.dependencies.partner.type=critical",
					"resilience.dependencies.partner.health-check=" + url,
					"resilience.dependencies.partner.health-check-interval=1s")
			.run((context) -> {
				DependencyMapReader map = context.getBean(DependencyMapReader.class);
				await(map, expected);
				for (var each : next) {
					await(map, each.get());
				}
			});
	}

	private static void await(DependencyMapReader map, Predicate<DependencyDescriptor> expected) {
		Awaitility.await().until(() -> expected.test(map.read().dependencies().get("partner")));
	}

}
