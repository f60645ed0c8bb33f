package dev.resilience.autoconfigure;

import java.util.concurrent.atomic.AtomicReference;

import dev.resilience.Dependency;
import dev.resilience.DependencyType;
import dev.resilience.guard.Environment;
import dev.resilience.guard.RequestDeadline;
import dev.resilience.web.DeadlineFilter;
import dev.resilience.web.DeadlineWebFilter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.http.HttpHeaders;
import org.springframework.mock.http.client.MockClientHttpRequest;
import org.springframework.mock.http.client.MockClientHttpResponse;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which deadlines travel over HTTP, by configuration.
 */
class DeadlineConfigurationTests {

	private static final AutoConfigurations ALL = AutoConfigurations.of(ResilienceAutoConfiguration.class,
			ResilienceWebMvcAutoConfiguration.class, ResilienceWebFluxAutoConfiguration.class,
			ResilienceClientAutoConfiguration.class, RestClientAutoConfiguration.class);

	private final WebApplicationContextRunner servlet = new WebApplicationContextRunner().withConfiguration(ALL)
		.withUserConfiguration(Client.class)
		.withPropertyValues("resilience.web.problem-details=false");

	private final ReactiveWebApplicationContextRunner reactive = new ReactiveWebApplicationContextRunner()
		.withConfiguration(ALL)
		.withUserConfiguration(Client.class)
		.withPropertyValues("resilience.web.problem-details=false");

	@ParameterizedTest
	@ValueSource(strings = { "", "resilience.deadline.inbound=true", "resilience.deadline.outbound=true",
			"resilience.deadline.margin=1s" })
	void withoutAHeaderNothingTravels(String property) {
		this.servlet.withPropertyValues(property).run((context) -> {
			assertThat(context).doesNotHaveBean(DeadlineFilter.class).doesNotHaveBean(RequestDeadline.class);
			assertThat(context.getBean(Environment.class).requestDeadline()).isSameAs(RequestDeadline.NONE);
			assertThat(context.getBean(Client.class).sent().containsHeader("X-Time")).isFalse();
		});
		this.reactive.withPropertyValues(property)
			.run((context) -> assertThat(context).doesNotHaveBean(DeadlineWebFilter.class));
	}

	@Test
	void withAHeaderBothDirectionsAreOn() {
		this.servlet.withPropertyValues("resilience.deadline.header=X-Time").run((context) -> {
			assertThat(context).hasSingleBean(DeadlineFilter.class).hasSingleBean(RequestDeadline.class);
			assertThat(context.getBean(Environment.class).requestDeadline())
				.isSameAs(context.getBean(RequestDeadline.class));
			assertThat(left(context.getBean(Client.class))).isBetween(5000L, 9950L);
		});
		this.reactive.withPropertyValues("resilience.deadline.header=X-Time").run((context) -> {
			assertThat(context).hasSingleBean(DeadlineWebFilter.class).doesNotHaveBean(DeadlineFilter.class);
			assertThat(left(context.getBean(Client.class))).isBetween(5000L, 9950L);
		});
	}

	@Test
	void eachDirectionMayBeSwitchedOff() {
		this.servlet.withPropertyValues("resilience.deadline.header=X-Time", "resilience.deadline.outbound=false")
			.run((context) -> {
				assertThat(context).hasSingleBean(DeadlineFilter.class);
				assertThat(context.getBean(Client.class).sent().containsHeader("X-Time")).isFalse();
			});
		this.servlet.withPropertyValues("resilience.deadline.header=X-Time", "resilience.deadline.inbound=false")
			.run((context) -> {
				assertThat(context).doesNotHaveBean(DeadlineFilter.class).doesNotHaveBean(RequestDeadline.class);
				assertThat(left(context.getBean(Client.class))).isBetween(5000L, 9950L);
			});
		this.reactive.withPropertyValues("resilience.deadline.header=X-Time", "resilience.deadline.inbound=false")
			.run((context) -> assertThat(context).doesNotHaveBean(DeadlineWebFilter.class));
	}

	@Test
	void theMarginIsTakenOff() {
		this.servlet.withPropertyValues("resilience.deadline.header=X-Time", "resilience.deadline.margin=8s")
			.run((context) -> assertThat(left(context.getBean(Client.class))).isBetween(1L, 2000L));
	}

	@Test
	void applicationsThatServeNobodyStillTellTheirPartners() {
		new ApplicationContextRunner().withConfiguration(ALL)
			.withUserConfiguration(Client.class)
			.withClassLoader(new FilteredClassLoader("jakarta.servlet", "org.springframework.web.servlet",
					"org.springframework.web.reactive"))
			.withPropertyValues("resilience.deadline.header=X-Time")
			.run((context) -> {
				assertThat(context).doesNotHaveBean(RequestDeadline.class);
				assertThat(left(context.getBean(Client.class))).isBetween(5000L, 9950L);
			});
	}

	private static long left(Client client) {
		return Long.parseLong(String.valueOf(client.sent().getFirst("X-Time")));
	}

	// public: a filtering class loader makes a package of its own
	public static class Client {

		private final RestClient client;

		private final AtomicReference<HttpHeaders> sent = new AtomicReference<>();

		public Client(RestClient.Builder builder) {
			this.client = builder.requestFactory((uri, method) -> {
				MockClientHttpRequest request = new MockClientHttpRequest(method, uri);
				request.setResponse(new MockClientHttpResponse());
				this.sent.set(request.getHeaders());
				return request;
			}).build();
		}

		@Dependency(name = "partner", type = DependencyType.CRITICAL)
		public HttpHeaders sent() {
			this.client.get().uri("http://partner/").retrieve().toBodilessEntity();
			return this.sent.get();
		}

	}

}
