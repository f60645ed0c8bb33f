package dev.resilience.actuate;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.resilience.Dependencies;
import dev.resilience.Dependency;
import dev.resilience.DependencyType;

import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/**
 * An application with an actuator on a real socket, and what it answers.
 */
final class EndpointApplication implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private final RestClient client;

	EndpointApplication(WebApplicationType type, String... properties) {
		this(type, List.of(), properties);
	}

	/**
	 * Start an application.
	 * @param more configuration beside that of the payments
	 */
	EndpointApplication(WebApplicationType type, List<Class<?>> more, String... properties) {
		this.context = new SpringApplicationBuilder(Application.class).sources(more.toArray(Class<?>[]::new))
			.web(type)
			.bannerMode(Banner.Mode.OFF)
			.properties("server.port=0", "server.tomcat.keep-alive-timeout=-1", // or a
																				// client
																				// meets a
																				// closed
																				// connection
					"server.tomcat.max-keep-alive-requests=-1", "spring.application.name=shop",
					"management.endpoints.web.exposure.include=*", "resilience.dependencies.payments.type=critical",
					"resilience.dependencies.payments.description=Charges cards",
					"resilience.dependencies.payments.fallback=reject order with retry prompt",
					"resilience.types.critical.retry.max-attempts=1", excluding(".security.", ".jdbc."))
			.properties(properties)
			.run();
		String management = this.context.getEnvironment().getRequiredProperty("local.management.port");
		this.client = RestClient.builder()
			.requestFactory(new JdkClientHttpRequestFactory())
			.baseUrl("http://localhost:" + management + "/actuator")
			.build();
	}

	/**
	 * The property that leaves auto-configurations out. By default there are no logins
	 * and there is no database; and in no case Netty, whose threads all servers in a
	 * process share.
	 */
	static String excluding(String... packages) {
		return ImportCandidates.load(AutoConfiguration.class, null)
			.getCandidates()
			.stream()
			.filter((name) -> name.contains(".reactor.netty.") || Stream.of(packages).anyMatch(name::contains))
			.collect(Collectors.joining(",", "spring.autoconfigure.exclude=", ""));
	}

	String url(String path) {
		return "http://localhost:" + this.context.getEnvironment().getRequiredProperty("local.management.port")
				+ "/actuator" + path;
	}

	ResponseEntity<String> get(String path) {
		return get(path, (headers) -> {
		});
	}

	ResponseEntity<String> get(String path, Consumer<HttpHeaders> headers) {
		return this.client.get()
			.uri(path)
			.headers(headers)
			.retrieve()
			.onStatus(HttpStatusCode::isError, (request, response) -> {
			})
			.toEntity(String.class);
	}

	ResponseEntity<String> post(String name, String body) {
		return postTo("/integrations/" + name, body);
	}

	ResponseEntity<String> postTo(String path, String body) {
		return this.client.post()
			.uri(path)
			.contentType(MediaType.APPLICATION_JSON)
			.body(body)
			.retrieve()
			.onStatus(HttpStatusCode::isError, (request, response) -> {
			})
			.toEntity(String.class);
	}

	Payments payments() {
		return bean(Payments.class);
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	Dependencies dependencies() {
		return this.context.getBean(Dependencies.class);
	}

	/** A client as Boot builds it. */
	RestClient partner(String url) {
		RestClient.Builder builder = RestClient.builder()
			.requestFactory(new JdkClientHttpRequestFactory())
			.baseUrl(url);
		this.context.getBeanProvider(RestClientCustomizer.class)
			.orderedStream()
			.forEach((customizer) -> customizer.customize(builder));
		return builder.build();
	}

	List<AuditEvent> audits() {
		return this.context.getBean(Audits.class).events;
	}

	@Override
	public void close() {
		this.context.close();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Payments payments() {
			return new Payments();
		}

		@Bean
		Audits audits() {
			return new Audits();
		}

	}

	static class Payments {

		@Dependency(name = "payments", type = DependencyType.CRITICAL)
		public void charge(boolean works) {
			if (!works) {
				throw new IllegalStateException("secret of the card");
			}
		}

	}

	static class Audits {

		private final List<AuditEvent> events = new CopyOnWriteArrayList<>();

		@EventListener
		void on(AuditApplicationEvent event) {
			this.events.add(event.getAuditEvent());
		}

	}

}
