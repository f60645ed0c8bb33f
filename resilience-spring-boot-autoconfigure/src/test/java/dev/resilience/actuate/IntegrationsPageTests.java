package dev.resilience.actuate;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.WebApplicationType;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page and its files over HTTP, with Spring MVC and with WebFlux.
 */
class IntegrationsPageTests {

	private static final Pattern LOADED = Pattern.compile("(?:href|src)=\"((?:integrations|map)/[^\"]+)\"");

	private static final Pattern IMPORTED = Pattern.compile("from '\\./([^']+)'");

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	void whoAsksForHtmlGetsThePage(WebApplicationType type) {
		try (EndpointApplication application = new EndpointApplication(type)) {
			isServed(application, "/integrations");
			assertThat(accepting(application, "/integrations", "*/*").getHeaders().getContentType())
				.satisfies((json) -> assertThat(json.getSubtype()).endsWith("json"));
			assertThat(accepting(application, "/integrations", "application/json").getBody()).startsWith("{");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	void alsoOnAPortOfItsOwnAndAtAnotherPath(WebApplicationType type) {
		try (EndpointApplication application = new EndpointApplication(type, "management.server.port=0",
				"management.endpoints.web.path-mapping.integrations=map")) {
			isServed(application, "/map");
		}
	}

	private static void isServed(EndpointApplication application, String path) {
		// what browsers send
		ResponseEntity<String> page = accepting(application, path,
				"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8");
		assertThat(page.getStatusCode()).isEqualTo(HttpStatus.OK);
		assertThat(page.getHeaders().getContentType()).isEqualTo(MediaType.parseMediaType("text/html;charset=UTF-8"));
		assertThat(page.getBody()).contains("Content-Security-Policy")
			.contains("name=\"_csrf\" content=\"\"")
			.doesNotContain("style=", "<style", "onclick", "javascript:");
		List<String> files = LOADED.matcher(page.getBody()).results().map((found) -> found.group(1)).toList();
		assertThat(files).hasSizeGreaterThanOrEqualTo(3).allMatch((file) -> file.startsWith(path.substring(1) + "/"));
		files.forEach((file) -> isLoaded(application, "/" + file));
	}

	// and what it imports
	private static void isLoaded(EndpointApplication application, String file) {
		ResponseEntity<String> loaded = accepting(application, file, "*/*");
		assertThat(loaded.getStatusCode()).as(file).isEqualTo(HttpStatus.OK);
		assertThat(String.valueOf(loaded.getHeaders().getContentType()))
			.isEqualTo(file.endsWith(".css") ? "text/css;charset=UTF-8" : "text/javascript;charset=UTF-8");
		assertThat(loaded.getBody()).isNotEmpty();
		if (file.endsWith("/page.js")) {
			Matcher imported = IMPORTED.matcher(loaded.getBody());
			assertThat(imported.find()).isTrue();
			isLoaded(application, file.replace("page.js", imported.group(1)));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "index.html", "THIRD-PARTY.md", "missing.js", "..%2FIntegrationsPage.class", "page.js%2F",
			"..%5Cpage.js" })
	void nothingElseIsServed(String file) {
		try (EndpointApplication application = new EndpointApplication(WebApplicationType.SERVLET)) {
			assertThat(application.get("/integrations/assets/" + file).getStatusCode().is4xxClientError()).isTrue();
		}
	}

	@Test
	void aDependencyMayHaveTheNameOfTheFolder() {
		try (EndpointApplication application = new EndpointApplication(WebApplicationType.SERVLET,
				"resilience.dependencies.assets.type=optional")) {
			assertThat(application.get("/integrations/assets").getBody()).contains("\"OPTIONAL\"");
			assertThat(application.get("/integrations/assets/history").getBody()).contains("\"transitions\":[]");
			assertThat(application.get("/integrations/assets/page.css").getStatusCode()).isEqualTo(HttpStatus.OK);
		}
	}

	@Test
	void theFilesAreKeptAheadOfTime() {
		RuntimeHints hints = new RuntimeHints();
		new PageHints().registerHints(hints, null);
		assertThat(RuntimeHintsPredicates.resource().forResource("dev/resilience/actuate/page/index.html"))
			.accepts(hints);
	}

	private static ResponseEntity<String> accepting(EndpointApplication application, String path, String types) {
		return application.get(path, (headers) -> headers.set(HttpHeaders.ACCEPT, types));
	}

}
