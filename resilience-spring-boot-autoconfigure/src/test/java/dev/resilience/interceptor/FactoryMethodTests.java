package dev.resilience.interceptor;

import java.util.function.Function;

import dev.resilience.Dependencies;
import dev.resilience.Dependency;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Component;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Methods that make beans: what guards them does not guard the beans.
 */
class FactoryMethodTests {

	private static final String HERE = FactoryMethodTests.class.getName() + "$";

	private static final String ACTION = "Annotate the methods of the bean's class or interface. For a lambda of a type that is not yours, use the bean Dependencies in it: (…) -> dependencies.call(\"name\", () -> …).";

	@Test
	void refusesTheBeanMethodOfAConfiguration() {
		assertThat(refusal(OnBeanMethod.class)).isEqualTo(text("@Bean method", "OnBeanMethod.rates()"));
	}

	@Test
	void refusesTheBeanMethodOfAConfigurationWithoutAProxy() {
		assertThat(refusal(Lite.class)).isEqualTo(text("@Bean method", "Lite.rates()"));
	}

	@Test
	void refusesTheBeanMethodOfAComponent() {
		assertThat(refusal(InComponent.class)).isEqualTo(text("@Bean method", "InComponent.rates()"));
	}

	@Test
	void refusesAStaticBeanMethod() {
		assertThat(refusal(StaticMethod.class)).isEqualTo(text("@Bean method", "StaticMethod.rates()"));
	}

	@Test
	void refusesTheInheritedBeanMethodOfAConfiguration() {
		assertThat(refusal(Inheriting.class)).isEqualTo(text("@Bean method", "OnBeanMethod.rates()"));
	}

	@Test
	void refusesAnAnnotatedConfigurationWhateverItsBeanMethodsLookLike() {
		assertThat(refusal(OnConfiguration.class)).isEqualTo(text("@Bean method", "OnConfiguration.rates()"));
		assertThat(refusal(OnStaticConfiguration.class))
			.isEqualTo(text("@Bean method", "OnStaticConfiguration.rates()"));
	}

	@Test
	void refusesTheMethodOfAFactoryBean() {
		assertThat(refusal(RatesFactory.class)).isEqualTo(text("method", "RatesFactory.getObject()"));
	}

	@Test
	void guardsALambdaOfAnAnnotatedInterface() {
		Guarded.runner(LambdaConfiguration.class).run((context) -> {
			Rates rates = context.getBean(Rates.class);
			assertThat(rates.rate("EUR")).isEqualTo("EUR: rates");
			assertThat(rates.rate("fail")).isEqualTo("last week's fail");
			assertThat(Guarded.calls(context, "rates")).isEqualTo(2);
		});
	}

	@Test
	void guardsALambdaOfAnAnnotatedInterfaceThatExtendsAFunction() {
		Guarded.runner(FunctionConfiguration.class).run((context) -> {
			assertThat(context.getBean(RateFunction.class).apply("EUR")).isEqualTo("EUR: rates");
			Function<String, String> function = context.getBean(RateFunction.class);
			assertThat(function.apply("EUR")).isEqualTo("EUR: rates");
			assertThat(Guarded.calls(context, "rates")).isEqualTo(2);
			assertThat(Guarded.operations(context, "rates")).hasSize(1);
		});
	}

	@Test
	void guardsTheCallsOfALambdaThatDoesItself() {
		Guarded.runner(ProgrammaticConfiguration.class)
			.withPropertyValues("resilience.dependencies.rates.type=critical")
			.run((context) -> {
				@SuppressWarnings("unchecked")
				Function<String, String> function = context.getBean("rates", Function.class);
				assertThat(function.apply("EUR")).isEqualTo("EUR: rates");
				assertThat(Guarded.calls(context, "rates")).isOne();
			});
	}

	private static String refusal(Class<?> bean) {
		return Guarded.refusal(Guarded.runner(bean));
	}

	private static String text(String kind, String method) {
		return "@Dependency on the %s %s does not guard the bean that the method makes: its calls would run unguarded.\n\n%s"
			.formatted(kind, HERE + method, ACTION);
	}

	private static Function<String, String> lambda() {
		return (code) -> code;
	}

	@Configuration
	static class OnBeanMethod {

		@Bean
		@Dependency(name = "rates", type = CRITICAL)
		Function<String, String> rates() {
			return lambda();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Lite {

		@Bean
		@Dependency(name = "rates", type = CRITICAL)
		Function<String, String> rates() {
			return lambda();
		}

	}

	@Component
	static class InComponent {

		@Bean
		@Dependency(name = "rates", type = CRITICAL)
		Function<String, String> rates() {
			return lambda();
		}

	}

	@Configuration
	static class StaticMethod {

		@Bean
		@Dependency(name = "rates", type = CRITICAL)
		static Function<String, String> rates() {
			return lambda();
		}

	}

	@Configuration
	static class Inheriting extends OnBeanMethod {

	}

	@Configuration
	@Dependency(name = "rates", type = CRITICAL)
	static class OnConfiguration {

		@Bean
		Function<String, String> rates() {
			return lambda();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Dependency(name = "rates", type = CRITICAL)
	static class OnStaticConfiguration {

		@Bean
		static Function<String, String> rates() {
			return lambda();
		}

	}

	static class RatesFactory implements FactoryBean<Function<String, String>> {

		@Override
		@Dependency(name = "rates", type = CRITICAL)
		public Function<String, String> getObject() {
			return lambda();
		}

		@Override
		public Class<?> getObjectType() {
			return Function.class;
		}

	}

	interface Rates {

		@Dependency(name = "rates", type = DEGRADED, fallback = "lastWeek")
		String rate(String code);

		default String lastWeek(String code) {
			return "last week's " + code;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LambdaConfiguration {

		@Bean
		Rates rates() {
			return (code) -> {
				if (code.equals("fail")) {
					throw new IllegalStateException();
				}
				return code + ": " + Guarded.here();
			};
		}

	}

	@Dependency(name = "rates", type = CRITICAL)
	interface RateFunction extends Function<String, String> {

	}

	@Configuration(proxyBeanMethods = false)
	static class FunctionConfiguration {

		@Bean
		RateFunction rates() {
			return (code) -> code + ": " + Guarded.here();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ProgrammaticConfiguration {

		@Bean
		Function<String, String> rates(Dependencies dependencies) {
			return (code) -> dependencies.call("rates", () -> code + ": " + Guarded.here());
		}

	}

}
