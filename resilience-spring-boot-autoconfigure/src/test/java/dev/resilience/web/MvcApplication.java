package dev.resilience.web;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

import dev.resilience.DependencyUnavailableException;
import dev.resilience.FailureKind;
import dev.resilience.signal.DegradedResponse;
import dev.resilience.signal.FailedCalls;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerAdapter;

/**
 * A Spring MVC application whose dependencies fail.
 */
@Configuration(proxyBeanMethods = false)
@Import({ WebServers.Mvc.class, MvcApplication.Shop.class, MvcApplication.Advice.class })
class MvcApplication {

	@Value("${expose-names:false}")
	private boolean exposeNames;

	@Bean
	FailedCalls failedCalls() {
		return new FailedCalls();
	}

	@Bean
	DependencyExceptionResolver dependencyExceptionResolver(FailedCalls failedCalls,
			RequestMappingHandlerAdapter adapter) {
		return new DependencyExceptionResolver(failedCalls, this.exposeNames, adapter.getMessageConverters());
	}

	@Bean
	ServletDegradedResponses servletDegradedResponses() {
		return new ServletDegradedResponses(this.exposeNames);
	}

	@RestController
	static class Shop {

		private final Failures failures;

		private final Supplier<@Nullable DegradedResponse> responses;

		Shop(FailedCalls calls, Supplier<@Nullable DegradedResponse> responses) {
			this.failures = new Failures(calls);
			this.responses = responses;
		}

		@GetMapping("/failed/{kind}")
		String failed(@PathVariable FailureKind kind) {
			throw this.failures.of(kind);
		}

		@GetMapping("/wrapped/{kind}")
		String wrapped(@PathVariable FailureKind kind) {
			throw new RuntimeException(new Exception(this.failures.of(kind)));
		}

		@GetMapping("/refused")
		String refused() {
			throw new DependencyUnavailableException("payments", "its breaker is open", Duration.ofMillis(1200), null,
					false);
		}

		@GetMapping("/later/{kind}")
		CompletableFuture<String> later(@PathVariable FailureKind kind) {
			return CompletableFuture.supplyAsync(() -> {
				throw new CompletionException(this.failures.of(kind));
			});
		}

		@GetMapping("/unrelated")
		String unrelated() {
			throw new IllegalStateException(Failures.SECRET);
		}

		@GetMapping("/handled-by-the-controller")
		String handledByTheController() {
			throw this.failures.remember(new UnsupportedOperationException(), FailureKind.TIMEOUT);
		}

		@GetMapping("/handled-by-the-advice")
		String handledByTheAdvice() {
			throw this.failures.remember(new IllegalArgumentException(), FailureKind.TIMEOUT);
		}

		@GetMapping("/handled-by-its-annotation")
		String handledByItsAnnotation() {
			throw this.failures.remember(new Annotated(), FailureKind.TIMEOUT);
		}

		@GetMapping("/healthy")
		String healthy() {
			return "ok";
		}

		@GetMapping("/degraded")
		String degraded() {
			for (String name : List.of("search", "recommendations", "search")) {
				MvcApplication.degraded(this.responses.get(), name, null);
			}
			return "ok";
		}

		@GetMapping("/stale")
		String stale() {
			for (int seconds : List.of(7, 42, 9)) {
				MvcApplication.degraded(this.responses.get(), "search", Duration.ofSeconds(seconds));
			}
			return "ok";
		}

		@GetMapping("/degraded-later")
		CompletableFuture<String> degradedLater() {
			DegradedResponse response = this.responses.get();
			return CompletableFuture.supplyAsync(() -> {
				MvcApplication.degraded(response, "recommendations", null);
				return "ok";
			});
		}

		@ExceptionHandler
		ResponseEntity<String> own(UnsupportedOperationException ex) {
			return ResponseEntity.status(HttpStatus.I_AM_A_TEAPOT).body("controller");
		}

	}

	@ControllerAdvice
	static class Advice {

		@ExceptionHandler
		ResponseEntity<String> own(IllegalArgumentException ex) {
			return ResponseEntity.status(HttpStatus.I_AM_A_TEAPOT).body("advice");
		}

	}

	@ResponseStatus(HttpStatus.I_AM_A_TEAPOT)
	static class Annotated extends RuntimeException {

	}

	private static void degraded(@Nullable DegradedResponse response, String name, @Nullable Duration age) {
		if (response == null) {
			throw new AssertionError("No response");
		}
		response.degradedBy(name, age);
	}

}
