package dev.resilience.interceptor;

import dev.resilience.Dependency;
import dev.resilience.DependencyType;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.bean.override.convention.TestBean;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What tests put into the place of annotated beans.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE)
@MockitoBean(types = SubstituteTests.Third.class)
class SubstituteTests {

	@MockitoBean
	private Client mocked;

	@TestBean
	private Other stubbed;

	static Other stubbed() {
		return new Other() {
			@Override
			public String call() {
				return "stub";
			}
		};
	}

	@Test
	void takeTheBeansPlaces() {
		assertThat(Mockito.mockingDetails(this.mocked).isMock()).isTrue();
		assertThat(this.mocked.call()).isNull();
		assertThat(this.stubbed.call()).isEqualTo("stub");
	}

	@Configuration(proxyBeanMethods = false)
	@Import(ResilienceAutoConfiguration.class)
	static class Application {

		@Bean
		Client client() {
			return new Client();
		}

		@Bean
		Other other() {
			return new Other();
		}

		@Bean
		Third third() {
			return new Third();
		}

	}

	abstract static class Base {

		@Dependency(name = "partner", type = DependencyType.CRITICAL)
		public String call() {
			return "";
		}

	}

	static class Client extends Base {

	}

	static class Other extends Base {

	}

	static class Third extends Base {

	}

}
