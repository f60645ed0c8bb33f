package dev.resilience.web;

import org.springframework.context.annotation.DeferredImportSelector;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

/**
 * The part of Spring Boot's auto-configuration that a web application needs, and nothing
 * else of what the class path offers.
 */
final class WebServers {

	private static final String BOOT = "org.springframework.boot.";

	private WebServers() {
	}

	static ResponseEntity<String> get(int port, String path) {
		return RestClient.create("http://localhost:" + port)
			.get()
			.uri(path)
			.retrieve()
			.onStatus(HttpStatusCode::isError, (request, response) -> {
			})
			.toEntity(String.class);
	}

	static final class Mvc implements DeferredImportSelector {

		@Override
		public String[] selectImports(AnnotationMetadata importingClass) {
			return new String[] { BOOT + "tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration",
					BOOT + "jackson.autoconfigure.JacksonAutoConfiguration",
					BOOT + "http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration",
					BOOT + "webmvc.autoconfigure.DispatcherServletAutoConfiguration",
					BOOT + "webmvc.autoconfigure.error.ErrorMvcAutoConfiguration",
					BOOT + "webmvc.autoconfigure.WebMvcAutoConfiguration" };
		}

	}

	static final class WebFlux implements DeferredImportSelector {

		@Override
		public String[] selectImports(AnnotationMetadata importingClass) {
			return new String[] { BOOT + "reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration",
					BOOT + "jackson.autoconfigure.JacksonAutoConfiguration",
					BOOT + "http.codec.autoconfigure.CodecsAutoConfiguration",
					BOOT + "webflux.autoconfigure.error.ErrorWebFluxAutoConfiguration",
					BOOT + "webflux.autoconfigure.WebFluxAutoConfiguration",
					BOOT + "webflux.autoconfigure.HttpHandlerAutoConfiguration" };
		}

	}

}
