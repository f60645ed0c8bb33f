package dev.resilience.interceptor;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;

import dev.resilience.Dependency;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyTimeoutException;
import dev.resilience.DependencyType;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mockito.Mockito;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.annotation.AliasFor;
import org.springframework.util.StringUtils;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static dev.resilience.DependencyType.OPTIONAL;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the annotations and the properties make of a method.
 */
class ResolutionTests {

	private static final String HERE = ResolutionTests.class.getName() + "$";

	@Test
	void namesADependencyAfterItsClassInKebabCase() {
		Guarded.runner(PaymentClient.class, HTTPPartner2Client.class)
			.run((context) -> assertThat(dependencies(context)).containsOnlyKeys("payment-client",
					"http-partner2-client"));
	}

	@Test
	void settingsOfAMethodWaitForItsBean() {
		Guarded.runner(LazyConfiguration.class)
			.withPropertyValues("resilience.dependencies.contract.type=critical",
					"resilience.dependencies.contract.operations.call.timeout=1s")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				context.getBean(Contract.class).call("a");
				assertThat(operation(context, "contract", "call").timeout()).isEqualTo("PT1S");
			});
	}

	@Test
	void namesADependencyByValueOrName() {
		Guarded.runner(ValueAndName.class)
			.run((context) -> assertThat(dependencies(context)).containsOnlyKeys("by-value", "by-name"));
	}

	@Test
	void readsMetaAnnotationsWithTheirOwnAttributes() {
		Guarded.runner(Meta.class).run((context) -> {
			DependencyDescriptor.Operation operation = operation(context, "partner", "call");
			assertThat(operation.type()).isEqualTo(CRITICAL);
			assertThat(operation.timeout()).isEqualTo("PT4S");
			assertThat(operation.idempotent()).isTrue();
		});
	}

	@Test
	void refinesTheAnnotationOfATypeByThatOfAMethod() {
		Guarded.runner(OnType.class).run((context) -> {
			assertThat(dependencies(context)).containsOnlyKeys("partner");
			assertThat(operation(context, "partner", "plain").timeout()).isEqualTo("PT4S");
			assertThat(operation(context, "partner", "refined").timeout()).isEqualTo("PT1S");
			assertThat(operation(context, "partner", "refined").type()).isEqualTo(DEGRADED);
		});
	}

	@Test
	void guardsOnlyThePublicMethodsOfAnAnnotatedTypeItself() {
		Guarded.runner(OnType.class)
			.run((context) -> assertThat(methods(context, "partner")).containsExactlyInAnyOrder("plain", "refined"));
	}

	@Test
	void doesNotGuardTheFallbacksOfAnAnnotatedType() {
		Guarded.runner(OnTypeWithFallback.class).run((context) -> {
			assertThat(methods(context, "partner")).containsExactly("price");
			assertThat(context.getBean(OnTypeWithFallback.class).price()).isEqualTo(-1);
		});
	}

	@Test
	void guardsTheMethodsOfAnAnnotatedSuperclass() {
		Guarded.runner(Sub.class).run((context) -> {
			assertThat(methods(context, "on-type")).isEmpty();
			assertThat(methods(context, "partner")).containsExactlyInAnyOrder("plain", "refined");
			assertGuarded(context, Sub.class.getName() + ".plain", "partner", () -> context.getBean(Sub.class).plain());
		});
	}

	@Test
	void readsTheAnnotationsOfInterfaces() {
		Guarded.runner(Implementation.class).run((context) -> {
			assertThat(methods(context, "contract")).containsExactly("call");
			assertGuarded(context, Implementation.class.getName() + ".call", "contract",
					() -> context.getBean(Contract.class).call("a"));
		});
	}

	@Test
	void guardsThroughInterfaceProxies() {
		Guarded.runner(Implementation.class)
			.withPropertyValues("spring.aop.proxy-target-class=false")
			.run((context) -> assertGuarded(context, Implementation.class.getName() + ".call", "contract",
					() -> context.getBean(Contract.class).call("a")));
	}

	@Test
	void guardsALambda() {
		Guarded.runner(LambdaConfiguration.class)
			.run((context) -> assertThat(context.getBean(Contract.class).call("a")).isEqualTo("contract"));
	}

	@Test
	void guardsGenericMethodsOnceAndThroughTheirBridges() {
		Guarded.runner(GenericImplementation.class).run((context) -> {
			assertThat(methods(context, "generic")).containsExactly("call");
			@SuppressWarnings("unchecked")
			Generic<String> bean = context.getBean(Generic.class);
			assertThat(bean.call("a")).isEqualTo("generic");
			assertThat(calls(context, "generic")).isOne();
		});
	}

	@Test
	void guardsInheritedMethods() {
		Guarded.runner(Inheriting.class)
			.run((context) -> assertGuarded(context, Inheriting.class.getName() + ".call", "payment-client",
					() -> context.getBean(Inheriting.class).call()));
	}

	@Test
	void guardsPackagePrivateAndProtectedMethods() {
		Guarded.runner(NotPublic.class).run((context) -> {
			NotPublic bean = context.getBean(NotPublic.class);
			assertThat(bean.packagePrivate()).isEqualTo("partner");
			assertThat(bean.inherited()).isEqualTo("partner");
			assertThat(calls(context, "partner")).isEqualTo(2);
		});
	}

	@Test
	void takesTheOnlyTypeOfTheOtherMethods() {
		Guarded.runner(OnlyType.class)
			.run((context) -> assertThat(operation(context, "partner", "unclassified").type()).isEqualTo(OPTIONAL));
	}

	@Test
	void takesTheTypeOfTheProperties() {
		Guarded.runner(Untyped.class)
			.withPropertyValues("resilience.dependencies.partner.type=critical",
					"resilience.dependencies.partner.operations.other.type=optional")
			.run((context) -> {
				assertThat(operation(context, "partner", "call").type()).isEqualTo(CRITICAL);
				assertThat(operation(context, "partner", "other").type()).isEqualTo(OPTIONAL);
				assertThat(dependencies(context).get("partner").type()).isEqualTo(CRITICAL);
			});
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void saysOnceThatAPropertyChangesTheDeclaredType(CapturedOutput output) {
		Guarded.runner(Charging.class)
			.withPropertyValues("resilience.dependencies.charging.type=optional")
			.run((context) -> {
				assertThat(dependencies(context).get("charging").type()).isEqualTo(OPTIONAL);
				String warning = HERE + "Charging.charge() is declared CRITICAL and made OPTIONAL by the properties";
				assertThat(StringUtils.countOccurrencesOf(output.getAll(), warning)).isOne();
			});
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void saysNothingIfAPropertyRepeatsTheDeclaredType(CapturedOutput output) {
		Guarded.runner(Charging.class)
			.withPropertyValues("resilience.dependencies.charging.type=critical")
			.run((context) -> assertThat(output).doesNotContain("is declared"));
	}

	@Test
	void picksTheHighestLayerAndSaysWhere() {
		ApplicationContextRunner runner = Guarded.runner(Layered.class);
		assertTimeout(runner, "PT10S", "built-in", "other");
		runner = runner.withPropertyValues("resilience.types.critical.timeout=9s");
		assertTimeout(runner, "PT9S", "resilience.types.critical.timeout", "other");
		assertTimeout(runner, "PT8S", "@Dependency(timeout) on " + HERE + "Layered.call", "call");
		runner = runner.withPropertyValues("resilience.dependencies.partner.timeout=7s");
		assertTimeout(runner, "PT7S", "resilience.dependencies.partner.timeout", "call");
		runner = runner.withPropertyValues("resilience.dependencies.partner.operations.call.timeout=6s",
				"resilience.dependencies.partner.operations.other.timeout=5s");
		assertTimeout(runner, "PT6S", "resilience.dependencies.partner.operations.call.timeout", "call");
	}

	private static void assertTimeout(ApplicationContextRunner runner, String timeout, String source, String method) {
		runner.run((context) -> {
			assertThat(operation(context, "partner", method).timeout()).isEqualTo(timeout);
			DependencyDescriptor partner = dependencies(context).get("partner");
			if (partner.timeout().equals(timeout)) {
				assertThat(partner.sources()).containsEntry("timeout", source);
			}
		});
	}

	@Test
	void resolvesPlaceholders() {
		Guarded.runner(Placeholders.class)
			.withPropertyValues("partner.name=partner", "partner.timeout=4", "partner.fallback=none")
			.run((context) -> {
				DependencyDescriptor.Operation operation = operation(context, "partner", "call");
				assertThat(operation.timeout()).isEqualTo("PT4S");
				assertThat(operation.fallback()).isEqualTo("none");
			});
	}

	@Test
	void showsADependencyThatStandsInThePropertiesAlone() {
		Guarded.runner()
			.withPropertyValues("resilience.dependencies.partner.type=critical",
					"resilience.dependencies.partner.description=Does things")
			.run((context) -> {
				assertThat(dependencies(context).get("partner").operations()).isEmpty();
				assertThat(dependencies(context).get("partner").description()).isEqualTo("Does things");
			});
	}

	@Test
	void takesWordsForTheMapAsNoFallbackMethod() {
		Guarded.runner(PaymentClient.class)
			.withPropertyValues("resilience.dependencies.payment-client.fallback=reject with retry prompt")
			.run((context) -> {
				assertThat(dependencies(context).get("payment-client").fallback())
					.isEqualTo(new DependencyDescriptor.Fallback("reject with retry prompt"));
				assertThat(operation(context, "payment-client", "call").fallback()).isNull();
			});
	}

	@Test
	void guardsAStageBehindATypeVariable() {
		Guarded.runner(BoundStage.class)
			.run((context) -> assertThat(context.getBean(BoundStage.class).call()).failsWithin(Duration.ofSeconds(5))
				.withThrowableOfType(ExecutionException.class)
				.withCauseInstanceOf(DependencyTimeoutException.class));
	}

	@Test
	void doesNotGuardTheFallbackThatAPropertyNames() {
		Guarded.runner(OnTypeWithoutFallback.class)
			.withPropertyValues("resilience.dependencies.partner.fallback=none")
			.run((context) -> {
				assertThat(methods(context, "partner")).containsExactly("price");
				assertThat(context.getBean(OnTypeWithoutFallback.class).price()).isEqualTo(-1);
				assertThat(context.getBean(OnTypeWithoutFallback.class).none()).isEqualTo(-1);
				assertThat(calls(context, "partner")).isOne();
			});
	}

	@Test
	void guardsALazyBeanThatIsDeclaredByItsInterface() {
		Guarded.runner(LazyConfiguration.class).run((context) -> {
			assertThat(methods(context, "contract")).isEmpty();
			assertGuarded(context, LazyImplementation.class.getName() + ".call", "contract",
					() -> context.getBean(Contract.class).call("a"));
			assertThat(context.getBean(Contract.class).call("b")).isEqualTo("contract");
			assertThat(methods(context, "contract")).containsExactly("call");
		});
	}

	@Test
	void leavesSubstitutesAlone() {
		Guarded.runner(PaymentClient.class)
			.withInitializer((context) -> context.getBeanFactory().registerSingleton("manual", new Charging()))
			.withBean("mocked", ValueAndName.class, () -> Mockito.mock(ValueAndName.class, Mockito.RETURNS_DEFAULTS))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(PaymentClient.class).call()).isEqualTo("payment-client");
			});
	}

	private static void assertGuarded(ApplicationContext context, String operation, String dependency,
			java.util.function.Supplier<String> call) {
		assertThat(call.get()).isEqualTo(dependency);
		assertThat(calls(context, dependency)).isOne();
		assertThat(dependencies(context).get(dependency).operations())
			.extracting(DependencyDescriptor.Operation::method)
			.contains(operation);
	}

	private static long calls(ApplicationContext context, String dependency) {
		return Math.round(dependencies(context).get(dependency).breaker().calls());
	}

	private static Map<String, DependencyDescriptor> dependencies(ApplicationContext context) {
		return context.getBean(DependencyMapReader.class).read().dependencies();
	}

	private static List<String> methods(ApplicationContext context, String dependency) {
		DependencyDescriptor descriptor = dependencies(context).get(dependency);
		return (descriptor == null) ? List.of()
				: descriptor.operations()
					.stream()
					.map((operation) -> operation.method().substring(operation.method().lastIndexOf('.') + 1))
					.collect(Collectors.toList());
	}

	private static DependencyDescriptor.Operation operation(ApplicationContext context, String dependency,
			String method) {
		return dependencies(context).get(dependency)
			.operations()
			.stream()
			.filter((operation) -> operation.method().endsWith("." + method))
			.findFirst()
			.orElseThrow();
	}

	/** The dependency that guards the caller. */
	private static String here() {
		return DependencyCall.current().map(DependencyCall::name).orElse("UNGUARDED");
	}

	static class PaymentClient {

		@Dependency(type = CRITICAL)
		public String call() {
			return here();
		}

	}

	static class Charging {

		@Dependency(type = CRITICAL)
		public void charge() {
		}

	}

	static class HTTPPartner2Client {

		@Dependency(type = CRITICAL)
		public void call() {
		}

	}

	static class ValueAndName {

		@Dependency(value = "by-value", type = CRITICAL)
		public void byValue() {
		}

		@Dependency(name = "by-name", type = CRITICAL)
		public void byName() {
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@Dependency(type = CRITICAL, idempotent = true)
	@interface Partner {

		@AliasFor(annotation = Dependency.class)
		String name();

		@AliasFor(annotation = Dependency.class, attribute = "timeout")
		String within() default "";

	}

	static class Meta {

		@Partner(name = "partner", within = "4s")
		public void call() {
		}

	}

	@Dependency(name = "partner", type = CRITICAL, timeout = "4s")
	static class OnType {

		public String plain() {
			return here();
		}

		@Dependency(type = DEGRADED, timeout = "1s")
		public void refined() {
		}

		public static String helper() {
			return "";
		}

		protected int hidden() {
			return 0;
		}

		int packagePrivate() {
			return 0;
		}

		@Override
		public String toString() {
			return "an object";
		}

		@Override
		public int hashCode() {
			return 1;
		}

		@Override
		public boolean equals(Object other) {
			return other == this;
		}

	}

	@Dependency(name = "partner", type = DEGRADED)
	static class OnTypeWithFallback {

		@Dependency(fallback = "none")
		public int price() {
			throw new IllegalStateException();
		}

		public int none() {
			return -1;
		}

	}

	@Dependency(name = "partner", type = DEGRADED)
	static class OnTypeWithoutFallback {

		public int price() {
			throw new IllegalStateException();
		}

		public int none() {
			return -1;
		}

	}

	abstract static class Bound<T> {

		@Dependency(name = "partner", type = CRITICAL, timeout = "100ms")
		public T call() {
			return make();
		}

		abstract T make();

	}

	static class BoundStage extends Bound<CompletableFuture<String>> {

		@Override
		CompletableFuture<String> make() {
			return new CompletableFuture<>();
		}

	}

	static class LazyImplementation implements Contract {

		@Override
		@Dependency(name = "contract", type = CRITICAL, fallback = "none")
		public String call(String argument) {
			return here();
		}

		String none(String argument) {
			return "";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyConfiguration {

		@Bean
		@Lazy
		Contract lazy() {
			return new LazyImplementation();
		}

	}

	static class Sub extends OnType {

		public int own() {
			return 0;
		}

	}

	interface Contract {

		@Dependency(type = CRITICAL)
		String call(String argument);

	}

	static class Implementation implements Contract {

		@Override
		public String call(String argument) {
			return here();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LambdaConfiguration {

		@Bean
		Contract lambda() {
			return (argument) -> here();
		}

	}

	interface Generic<T> {

		@Dependency(type = CRITICAL)
		String call(T argument);

	}

	static class GenericImplementation implements Generic<String> {

		@Override
		public String call(String argument) {
			return here();
		}

	}

	static class Inheriting extends PaymentClient {

	}

	static class NotPublic {

		@Dependency(name = "partner", type = CRITICAL)
		String packagePrivate() {
			return here();
		}

		@Dependency(name = "partner", type = CRITICAL)
		protected String inherited() {
			return here();
		}

	}

	static class OnlyType {

		@Dependency("partner")
		public void unclassified() {
		}

		@Dependency(name = "partner", type = OPTIONAL)
		public void classified() {
		}

	}

	static class Untyped {

		@Dependency("partner")
		public void call() {
		}

		@Dependency(name = "partner", type = DependencyType.UNCLASSIFIED)
		public void other() {
		}

	}

	static class Layered {

		@Dependency(name = "partner", type = CRITICAL, timeout = "8s")
		public void call() {
		}

		@Dependency(name = "partner", type = CRITICAL)
		public void other() {
		}

	}

	static class Placeholders {

		@Dependency(name = "${partner.name}", type = CRITICAL, timeout = "${partner.timeout}s",
				fallback = "${partner.fallback}")
		public void call() {
		}

		void none() {
		}

	}

}
