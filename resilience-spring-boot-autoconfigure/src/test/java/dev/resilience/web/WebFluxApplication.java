package dev.resilience.web;

import java.time.Duration;
import java.util.List;

import dev.resilience.DependencyUnavailableException;
import dev.resilience.FailureKind;
import dev.resilience.signal.DegradedResponse;
import dev.resilience.signal.FailedCalls;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.WebExceptionHandler;

/**
 * A Spring WebFlux application whose dependencies fail.
 */
@Configuration(proxyBeanMethods = false)
@Import({ WebServers.WebFlux.class, WebFluxApplication.Shop.class, WebFluxApplication.Advice.class })
class WebFluxApplication {

	@Value("${expose-names:false}")
	private boolean exposeNames;

	@Bean
	FailedCalls failedCalls() {
		return new FailedCalls();
	}

	@Bean
	@Order(-2)
	WebExceptionHandler own() {
		return (exchange, exception) -> {
			if (!(exception instanceof UnsupportedOperationException)) {
				return Mono.error(exception);
			}
			exchange.getResponse().setStatusCode(HttpStatus.I_AM_A_TEAPOT);
			return exchange.getResponse().setComplete();
		};
	}

	@Bean
	DependencyWebExceptionHandler dependencyWebExceptionHandler(FailedCalls failedCalls, ServerCodecConfigurer codecs) {
		return new DependencyWebExceptionHandler(failedCalls, this.exposeNames, codecs);
	}

	@Bean
	DegradedResponseWebFilter degradedResponseWebFilter() {
		return new DegradedResponseWebFilter(this.exposeNames);
	}

	@RestController
	static class Shop {

		private final Failures failures;

		Shop(FailedCalls calls) {
			this.failures = new Failures(calls);
		}

		@GetMapping("/failed/{kind}")
		Mono<String> failed(@PathVariable FailureKind kind) {
			return Mono.error(this.failures.of(kind));
		}

		@GetMapping("/wrapped/{kind}")
		Mono<String> wrapped(@PathVariable FailureKind kind) {
			throw new RuntimeException(new Exception(this.failures.of(kind)));
		}

		@GetMapping("/refused")
		Mono<String> refused() {
			return Mono.error(new DependencyUnavailableException("payments", "its breaker is open",
					Duration.ofMillis(1200), null, false));
		}

		@GetMapping("/unrelated")
		Mono<String> unrelated() {
			return Mono.error(new IllegalStateException(Failures.SECRET));
		}

		@GetMapping("/handled-by-the-controller")
		Mono<String> handledByTheController() {
			return Mono.error(this.failures.remember(new ArithmeticException(), FailureKind.TIMEOUT));
		}

		@GetMapping("/handled-by-the-advice")
		Mono<String> handledByTheAdvice() {
			return Mono.error(this.failures.remember(new IllegalArgumentException(), FailureKind.TIMEOUT));
		}

		@GetMapping("/handled-by-a-handler")
		Mono<String> handledByAHandler() {
			return Mono.error(this.failures.remember(new UnsupportedOperationException(), FailureKind.TIMEOUT));
		}

		@GetMapping("/healthy")
		Mono<String> healthy() {
			return Mono.just("ok");
		}

		@GetMapping("/degraded")
		Mono<String> degraded() {
			return Flux.fromIterable(List.of("search", "recommendations", "search"))
				.concatMap((name) -> degradedBy(name, null))
				.then(Mono.just("ok"));
		}

		@GetMapping("/stale")
		Mono<String> stale() {
			return Flux.just(7, 42, 9)
				.concatMap((seconds) -> degradedBy("search", Duration.ofSeconds(seconds)))
				.then(Mono.just("ok"));
		}

		@GetMapping("/degraded-elsewhere")
		Mono<String> degradedElsewhere() {
			return degradedBy("recommendations", null).subscribeOn(Schedulers.parallel()).then(Mono.just("ok"));
		}

		@ExceptionHandler
		ResponseEntity<String> own(ArithmeticException ex) {
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

	private static Mono<Void> degradedBy(String name, @Nullable Duration age) {
		return Mono.deferContextual((context) -> {
			context.get(DegradedResponse.class).degradedBy(name, age);
			return Mono.empty();
		});
	}

}
