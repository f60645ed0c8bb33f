package dev.resilience.actuate;

import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.csrf.CookieServerCsrfTokenRepository;
import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.security.web.server.csrf.ServerCsrfTokenRequestAttributeHandler;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The endpoint and its page behind Spring Security, with Spring MVC and with WebFlux.
 */
@ParameterizedClass
@EnumSource(names = { "SERVLET", "REACTIVE" })
class IntegrationsSecurityTests {

	private static final Pattern TOKEN = Pattern.compile("<meta name=\"_csrf\" content=\"([^\"]*)\">");

	private static final Pattern HEADER = Pattern.compile("<meta name=\"_csrf_header\" content=\"([^\"]*)\">");

	private static final String OFF = "{\"position\": \"off\"}";

	private final WebApplicationType type;

	private final CookieManager cookies = new CookieManager();

	private final HttpClient client = HttpClient.newBuilder().cookieHandler(this.cookies).build();

	IntegrationsSecurityTests(WebApplicationType type) {
		this.type = type;
	}

	private EndpointApplication start(String... properties) {
		Class<?> security = (this.type == WebApplicationType.SERVLET) ? ServletSecurity.class : ReactiveSecurity.class;
		// with logins, without a database
		String[] all = Stream.concat(Stream.of(EndpointApplication.excluding(".jdbc.")), Stream.of(properties))
			.toArray(String[]::new);
		return new EndpointApplication(this.type, List.of(security), all);
	}

	@Test
	void whoIsNotAuthenticatedSeesNothing() throws Exception {
		try (EndpointApplication application = start("management.endpoint.integrations.access=unrestricted")) {
			for (String path : List.of("", "/payments", "/payments/history", "/assets/page.js")) {
				assertThat(send(application, path, null, false, "text/html").statusCode()).as(path).isEqualTo(401);
				assertThat(send(application, path, null, false, "application/json").statusCode()).as(path)
					.isEqualTo(401);
			}
			assertThat(send(application, "/payments", OFF, false, "application/json").statusCode()).isIn(401, 403);
			assertThat(send(application, "/payments", null, true, "application/json").body())
				.contains("\"position\":\"AUTO\"");
		}
	}

	@Test
	void thePageProvesWhereItsRequestsComeFrom() throws Exception {
		try (EndpointApplication application = start("management.endpoint.integrations.access=unrestricted")) {
			HttpResponse<String> page = send(application, "", null, true, "text/html");
			assertThat(page.statusCode()).isEqualTo(200);
			assertThat(send(application, "/payments", OFF, true, "application/json").statusCode()).isIn(401, 403);
			HttpResponse<String> thrown = (this.type == WebApplicationType.SERVLET)
					? send(application, "/payments", OFF, true, "application/json", found(HEADER, page),
							found(TOKEN, page))
					: send(application, "/payments", OFF, true, "application/json", "X-XSRF-TOKEN", cookie());
			assertThat(thrown.statusCode()).as(thrown.body()).isEqualTo(200);
			assertThat(thrown.body()).contains("\"position\":\"OFF\"");
		}
	}

	@Test
	void theTokenAloneGivesNoWriteAccess() throws Exception {
		try (EndpointApplication application = start()) {
			HttpResponse<String> page = send(application, "", null, true, "text/html");
			HttpResponse<String> thrown = (this.type == WebApplicationType.SERVLET)
					? send(application, "/payments", OFF, true, "application/json", found(HEADER, page),
							found(TOKEN, page))
					: send(application, "/payments", OFF, true, "application/json", "X-XSRF-TOKEN", cookie());
			assertThat(thrown.statusCode()).isEqualTo(405);
			assertThat(send(application, "", null, true, "application/json").body()).contains("\"writeAccess\":false");
		}
	}

	private static String found(Pattern pattern, HttpResponse<String> page) {
		Matcher matcher = pattern.matcher(page.body());
		assertThat(matcher.find()).isTrue();
		assertThat(matcher.group(1)).isNotEmpty();
		return matcher.group(1);
	}

	private String cookie() {
		return this.cookies.getCookieStore()
			.getCookies()
			.stream()
			.filter((cookie) -> cookie.getName().equals("XSRF-TOKEN"))
			.findFirst()
			.orElseThrow()
			.getValue();
	}

	private HttpResponse<String> send(EndpointApplication application, String path, String body, boolean authenticated,
			String accept, String... headers) throws Exception {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(application.url("/integrations" + path)))
			.header(HttpHeaders.ACCEPT, accept);
		if (authenticated) {
			request.header(HttpHeaders.AUTHORIZATION,
					"Basic " + Base64.getEncoder().encodeToString("alice:secret".getBytes()));
		}
		if (headers.length > 0) {
			request.headers(headers);
		}
		if (body != null) {
			request.header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE)
				.POST(HttpRequest.BodyPublishers.ofString(body));
		}
		return this.client.send(request.build(), BodyHandlers.ofString());
	}

	private static UserDetails alice() {
		return User.withUsername("alice").password("{noop}secret").roles("OPERATOR").build();
	}

	@Configuration(proxyBeanMethods = false)
	static class ServletSecurity {

		@Bean
		InMemoryUserDetailsManager users() {
			return new InMemoryUserDetailsManager(alice());
		}

		@Bean
		SecurityFilterChain chain(HttpSecurity http) throws Exception {
			return http.authorizeHttpRequests((requests) -> requests.anyRequest().authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ReactiveSecurity {

		@Bean
		MapReactiveUserDetailsService users() {
			return new MapReactiveUserDetailsService(alice());
		}

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.httpBasic(Customizer.withDefaults())
				.csrf((csrf) -> csrf.csrfTokenRepository(CookieServerCsrfTokenRepository.withHttpOnlyFalse())
					.csrfTokenRequestHandler(new ServerCsrfTokenRequestAttributeHandler()))
				.build();
		}

		// as Spring Security's documentation has it: the cookie is sent when the token is
		// asked for
		@Bean
		WebFilter csrfCookie() {
			return (exchange, chain) -> {
				Mono<CsrfToken> token = exchange.getAttributeOrDefault(CsrfToken.class.getName(), Mono.empty());
				return token.then(chain.filter(exchange));
			};
		}

	}

}
