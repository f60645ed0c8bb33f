package dev.resilience.interceptor;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import dev.resilience.Dependency;
import dev.resilience.FailureKind;
import dev.resilience.registry.DependencyMapReader;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.test.util.AopTestUtils;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static dev.resilience.DependencyType.OPTIONAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which fallback serves, and what becomes of those that fail.
 */
class FallbackTests {

	private static final ApplicationContextRunner RUNNER = Guarded.runner(Client.class)
		.withBean("other", Other.class)
		.withPropertyValues("resilience.types.critical.retry.max-attempts=1",
				"resilience.types.degraded.retry.max-attempts=1");

	@Test
	void picksTheNarrowestExceptionThatMatches() {
		RUNNER.run((context) -> {
			Client client = context.getBean(Client.class);
			assertThat(client.overloaded("a", new FileNotFoundException())).isEqualTo("a: not found");
			assertThat(client.overloaded("a", new IOException())).isEqualTo("a: io");
			assertThat(client.overloaded("a", new IllegalStateException())).isEqualTo("a: IllegalStateException");
		});
	}

	@Test
	void handsTheExceptionAndTheArgumentsOver() {
		RUNNER.run((context) -> {
			Exception failure = new IllegalStateException("why");
			assertThat(context.getBean(Client.class).overloaded("a", failure)).isEqualTo("a: IllegalStateException");
			assertThat(client(context).seen).isSameAs(failure);
		});
	}

	@Test
	void callsAMethodOfAnotherBean() {
		RUNNER.run((context) -> assertThat(context.getBean(Client.class).byOther(7)).isEqualTo("other 7"));
	}

	@Test
	void callsAFallbackThatAPropertyNames() {
		RUNNER.withPropertyValues("resilience.dependencies.partner.operations.byOther.fallback=own")
			.run((context) -> assertThat(context.getBean(Client.class).byOther(7)).isEqualTo("own 7"));
	}

	@Test
	void callsAFallbackOfTheSuperclass() {
		Guarded.runner(SubClient.class)
			.run((context) -> assertThat(context.getBean(SubClient.class).price()).isEqualTo("of the superclass"));
	}

	@Test
	void fitsGenericParameters() {
		Guarded.runner(Typed.class)
			.run((context) -> assertThat(context.getBean(Typed.class).find("a")).containsExactly("none a"));
	}

	@Test
	void servesNextWayOutIfNoOverloadMatches() {
		RUNNER.run((context) -> {
			assertThat(context.getBean(Client.class).narrow(new IOException())).containsExactly("io");
			assertThat(context.getBean(Client.class).narrow(new IllegalStateException())).isEmpty();
		});
	}

	@Test
	void degradedCallersSeeTheNextWayOutOfAFallbackThatThrows() {
		RUNNER.run((context) -> assertThat(context.getBean(Client.class).degradedThrows()).isEmpty());
	}

	@Test
	void criticalCallersSeeTheFallbacksExceptionWithTheFirstFailure() {
		RUNNER.run((context) -> {
			Exception failure = new IllegalStateException("first");
			assertThatExceptionOfType(UnsupportedOperationException.class)
				.isThrownBy(() -> context.getBean(Client.class).criticalThrows(failure))
				.satisfies((ex) -> assertThat(ex.getSuppressed()).containsExactly(failure));
		});
	}

	@Test
	void aFallbackMayThrowTheFirstFailureItself() {
		RUNNER.run((context) -> {
			Exception failure = new IllegalStateException("first");
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> context.getBean(Client.class).criticalRethrows(failure))
				.isSameAs(failure)
				.satisfies((ex) -> assertThat(ex.getSuppressed()).isEmpty());
		});
	}

	@Test
	void asynchronousMethodsMayHaveFallbacksOfBothForms() {
		RUNNER.run((context) -> {
			Client client = context.getBean(Client.class);
			assertThat(client.stageByValue().join()).isEqualTo("value");
			assertThat(client.stageByStage().join()).isEqualTo("stage");
			assertThat(client.monoByValue().block()).isEqualTo("value");
			assertThat(client.monoByMono().block()).isEqualTo("mono");
			assertThat(client.fluxByFlux().collectList().block()).containsExactly("a", "b");
		});
	}

	@Test
	void aFallbackHasNoDeadlineOfTheSpentCall() {
		RUNNER.withPropertyValues("resilience.dependencies.partner.operations.hangs.timeout=50ms").run((context) -> {
			assertThat(context.getBean(Client.class).hangs()).isEqualTo("called again");
			assertThat(context.getBean(DependencyMapReader.class).read().dependencies().get("partner").failures())
				.containsEntry(FailureKind.TIMEOUT, 1L);
		});
	}

	@Test
	void runsTheFallbackOfAFailedFireAndForgetCall() {
		RUNNER.run((context) -> {
			context.getBean(Client.class).fire("a");
			assertThat(client(context).fallen).succeedsWithin(java.time.Duration.ofSeconds(10)).isEqualTo("a");
		});
	}

	private static Client client(ApplicationContext context) {
		return AopTestUtils.getTargetObject(context.getBean(Client.class));
	}

	static class Other {

		String none(long id) {
			return "other " + id;
		}

		@Dependency(name = "spare", type = CRITICAL)
		public String spare(Throwable cause) {
			return "called again";
		}

	}

	static class Client {

		private volatile Throwable seen = new Throwable();

		private final CompletableFuture<String> fallen = new CompletableFuture<>();

		@Dependency(name = "partner", type = DEGRADED, fallback = "none")
		public String overloaded(String argument, Exception failure) throws Exception {
			throw failure;
		}

		@SuppressWarnings("unused")
		private String none(String argument, Exception failure, IOException cause) {
			return argument + ": io";
		}

		@SuppressWarnings("unused")
		private String none(String argument, Exception failure, FileNotFoundException cause) {
			return argument + ": not found";
		}

		@SuppressWarnings("unused")
		private String none(String argument, Exception failure, Throwable cause) {
			this.seen = cause;
			return argument + ": " + cause.getClass().getSimpleName();
		}

		@Dependency(name = "partner", type = DEGRADED, fallback = "other#none")
		public String byOther(long id) {
			throw new IllegalStateException();
		}

		@SuppressWarnings("unused")
		private String own(long id) {
			return "own " + id;
		}

		@Dependency(name = "partner", type = DEGRADED, fallback = "io")
		public List<String> narrow(Exception failure) throws Exception {
			throw failure;
		}

		@SuppressWarnings("unused")
		private List<String> io(Exception failure, IOException cause) {
			return List.of("io");
		}

		@Dependency(name = "partner", type = DEGRADED, fallback = "throwing")
		public List<String> degradedThrows() {
			throw new IllegalStateException();
		}

		@SuppressWarnings("unused")
		private List<String> throwing() {
			throw new UnsupportedOperationException();
		}

		@Dependency(name = "partner", type = CRITICAL, fallback = "criticalFallback")
		public String criticalThrows(Exception failure) throws Exception {
			throw failure;
		}

		@SuppressWarnings("unused")
		private String criticalFallback(Exception failure) {
			throw new UnsupportedOperationException();
		}

		@Dependency(name = "partner", type = CRITICAL, fallback = "rethrow")
		public String criticalRethrows(Exception failure) throws Exception {
			throw failure;
		}

		@SuppressWarnings("unused")
		private String rethrow(Exception failure, Throwable cause) throws Throwable {
			throw cause;
		}

		@Dependency(name = "partner", type = DEGRADED, fallback = "value")
		public CompletableFuture<String> stageByValue() {
			return CompletableFuture.failedFuture(new IllegalStateException());
		}

		@Dependency(name = "partner", type = DEGRADED, fallback = "stage")
		public CompletableFuture<String> stageByStage() {
			throw new IllegalStateException();
		}

		@Dependency(name = "partner", type = DEGRADED, fallback = "value")
		public Mono<String> monoByValue() {
			return Mono.error(new IllegalStateException());
		}

		@Dependency(name = "partner", type = DEGRADED, fallback = "mono")
		public Mono<String> monoByMono() {
			throw new IllegalStateException();
		}

		@Dependency(name = "partner", type = DEGRADED, fallback = "flux")
		public Flux<String> fluxByFlux() {
			return Flux.error(new IllegalStateException());
		}

		@SuppressWarnings("unused")
		private String value() {
			return "value";
		}

		@SuppressWarnings("unused")
		private CompletableFuture<String> stage() {
			return CompletableFuture.completedFuture("stage");
		}

		@SuppressWarnings("unused")
		private Mono<String> mono() {
			return Mono.just("mono");
		}

		@SuppressWarnings("unused")
		private Flux<String> flux() {
			return Flux.just("a", "b");
		}

		@Dependency(name = "partner", type = DEGRADED, fallback = "other#spare")
		public String hangs() throws InterruptedException {
			new java.util.concurrent.CountDownLatch(1).await();
			return "";
		}

		@Dependency(name = "partner", type = OPTIONAL, fallback = "fallen")
		public void fire(String argument) {
			throw new IllegalStateException();
		}

		@SuppressWarnings("unused")
		private void fallen(String argument, Throwable cause) {
			this.fallen.complete(argument);
		}

	}

	static class SuperClient {

		String none() {
			return "of the superclass";
		}

	}

	static class SubClient extends SuperClient {

		@Dependency(name = "partner", type = DEGRADED, fallback = "none")
		public String price() {
			throw new IllegalStateException();
		}

	}

	static class Repository<T> {

		@Dependency(name = "partner", type = DEGRADED, fallback = "none")
		public List<T> find(T key) {
			throw new IllegalStateException();
		}

	}

	static class Typed extends Repository<String> {

		List<String> none(String key) {
			return List.of("none " + key);
		}

	}

}
