package dev.resilience.interceptor;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import dev.resilience.Dependency;
import io.micrometer.context.ContextRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.test.util.AopTestUtils;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a reactive call carries to the threads on which it goes on.
 */
class ReactiveContextTests {

	private static final String TENANT = "tenant";

	private static final ThreadLocal<String> tenant = new ThreadLocal<>();

	private static final ApplicationContextRunner RUNNER = Guarded.runner(Search.class)
		.withPropertyValues("resilience.types.critical.retry.backoff.initial=1ms");

	// once: another thread may still be restoring what it had when a test has ended,
	// which
	// it cannot without the accessor
	@BeforeAll
	static void registerTenant() {
		ContextRegistry.getInstance().registerThreadLocalAccessor(TENANT, tenant);
	}

	@AfterAll
	static void removeTenant() {
		ContextRegistry.getInstance().removeThreadLocalAccessor(TENANT);
	}

	@BeforeEach
	void enterContext() {
		MDC.put("key", "mdc");
		SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("alice", "secret"));
		LocaleContextHolder.setLocale(Locale.forLanguageTag("el"));
		tenant.set("acme");
	}

	@AfterEach
	void leaveContext() {
		MDC.clear();
		SecurityContextHolder.clearContext();
		LocaleContextHolder.resetLocaleContext();
		tenant.remove();
	}

	@Test
	void everyAttemptSeesTheContextOfTheSubscriber() {
		with((search) -> {
			assertThat(search.mono().onErrorComplete().block()).isNull();
			assertThat(target(search).seen).hasSize(6).containsOnly("mdc alice el acme");
			assertThat(target(search).threads).hasSizeGreaterThan(1);
		});
	}

	@Test
	void theReactorContextOfTheSubscriberWins() {
		with((search) -> {
			search.mono().contextWrite((context) -> context.put(TENANT, "other")).onErrorComplete().block();
			// the first attempt is made where the subscriber is
			assertThat(target(search).seen.subList(0, 2)).containsOnly("mdc alice el acme");
			assertThat(target(search).seen.subList(2, 6)).containsOnly("mdc alice el other");
		});
	}

	@Test
	void theFallbackSeesItTooWhenItIsCalledAndWhenItsPublisherIsSubscribed() {
		with((search) -> {
			assertThat(search.flux().collectList().block(Duration.ofSeconds(10))).containsExactly("instead");
			assertThat(target(search).seen).hasSize(2).containsOnly("mdc alice el acme");
			assertThat(target(search).threads).doesNotContain(Thread.currentThread());
		});
	}

	@Test
	void whoeverWaitedForItsPlaceSeesItToo() {
		RUNNER
			.withPropertyValues("resilience.dependencies.search.bulkhead.max-concurrent=1",
					"resilience.dependencies.search.bulkhead.max-wait=10s")
			.run((context) -> {
				Search search = context.getBean(Search.class);
				CompletableFuture<String> first = search.pending().toFuture();
				CompletableFuture<String> second = search.single().toFuture();
				target(search).end.tryEmitValue("first");
				assertThat(first).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("first");
				assertThat(second).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("second");
				assertThat(target(search).seen).containsExactly("mdc alice el acme", "mdc alice el acme");
				assertThat(target(search).threads).doesNotContain(Thread.currentThread());
			});
	}

	@Test
	void nothingIsLeftOnTheOtherThreads() {
		with((search) -> {
			search.mono().onErrorComplete().block();
			for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
				assertThat(Mono.delay(Duration.ZERO).map((tick) -> told()).block())
					.isEqualTo("null null " + Locale.getDefault() + " null");
			}
		});
	}

	private static void with(Consumer<Search> test) {
		RUNNER.run((context) -> test.accept(context.getBean(Search.class)));
	}

	private static Search target(Search search) {
		return AopTestUtils.getTargetObject(search);
	}

	/** What the current thread has been told. */
	private static String told() {
		var authentication = SecurityContextHolder.getContext().getAuthentication();
		return MDC.get("key") + " " + ((authentication != null) ? authentication.getName() : null) + " "
				+ LocaleContextHolder.getLocale() + " " + tenant.get();
	}

	static class Search {

		private final List<String> seen = new CopyOnWriteArrayList<>();

		private final List<Thread> threads = new CopyOnWriteArrayList<>();

		private final Sinks.One<String> end = Sinks.one();

		@Dependency(name = "search", type = CRITICAL, idempotent = true)
		public Mono<String> mono() {
			note();
			return Mono.defer(() -> {
				note();
				return Mono.error(new IllegalStateException());
			});
		}

		@Dependency(name = "slow", type = DEGRADED, timeout = "20ms", fallback = "fallback")
		public Flux<String> flux() {
			return Flux.never();
		}

		Flux<String> fallback() {
			note();
			return Flux.defer(() -> {
				note();
				return Flux.just("instead");
			});
		}

		@Dependency(name = "search", type = CRITICAL)
		public Mono<String> pending() {
			return this.end.asMono();
		}

		@Dependency(name = "search", type = CRITICAL)
		public Mono<String> single() {
			note();
			return Mono.fromSupplier(() -> {
				note();
				return "second";
			});
		}

		private void note() {
			this.seen.add(told());
			this.threads.add(Thread.currentThread());
		}

	}

}
