package dev.resilience.interceptor;

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.resilience.Dependency;
import dev.resilience.interceptor.inherited.HiddenFallback;
import dev.resilience.interceptor.inherited.HiddenMethods;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.PriorityOrdered;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static dev.resilience.DependencyType.OPTIONAL;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What stops the application at startup, and what it then says.
 */
class RefusedMethodTests {

	private static final String HERE = RefusedMethodTests.class.getName() + "$";

	private static final String TYPES = """
			Say what the dependency is to the application: @Dependency(type = …) or the property 'resilience.dependencies.payments.type'. The types are
			  - critical: retried when that is safe, behind a breaker, then the call fails fast
			  - degraded: fallback, last good value or natural empty value; the caller never sees an error
			  - optional: never fails the caller; a void method is fire and forget""";

	private static final String FALLBACK = "Give it the parameters of the guarded method, optionally a Throwable or a narrower exception last, and a return type that fits. Words for the map contain a space.";

	private static final String INTERCEPTABLE = "Make it an instance method that is neither private nor final, of a class that is not final, and call it from another bean. Private and final methods can be guarded by weaving their class (resilience.weaving).";

	private static final String CONTRADICTION = "Remove one of them, or let both say the same name and type.";

	@Test
	void unclassified() {
		refused(Unclassified.class).isEqualTo("The @Dependency method " + HERE
				+ "Unclassified.charge(long, String) of dependency 'payments' is not classified.\n\n" + TYPES);
	}

	@Test
	void unclassifiedWhereTheOthersDisagree() {
		refused(Unclassified.class, Critical.class, Optional.class).isEqualTo("The @Dependency method " + HERE
				+ "Unclassified.charge(long, String) of dependency 'payments',"
				+ " whose other methods declare several types [CRITICAL, OPTIONAL], is not classified.\n\n" + TYPES);
	}

	@Test
	void unclassifiedInThePropertiesAlone() {
		assertThat(Guarded.refusal(Guarded.runner().withPropertyValues("resilience.dependencies.payments.timeout=1s")))
			.isEqualTo(
					"The dependency 'payments', which stands in the properties alone, is not classified.\n\n" + TYPES);
	}

	@Test
	void fallbackWithCandidatesThatDoNotFit() {
		refused(WrongFallbacks.class).isEqualTo(
				"""
						The fallback 'none' of %1$scharge(long, String) (@Dependency(fallback) on %1$scharge) does not resolve. Candidates:
						  - %1$snone(): it has 0 parameters, allowed are the 2 of the guarded method and optionally a Throwable last
						  - %1$snone(String, String): parameter 1 is String, must be long
						  - %1$snone(long, String): it returns String, must be List
						  - %1$snone(long, String, String): its last parameter is String, must be Throwable or an exception.

						%2$s"""
					.formatted(HERE + "WrongFallbacks.", FALLBACK));
	}

	@Test
	void fallbackThatDoesNotExist() {
		refused(NoFallback.class).isEqualTo(
				"The fallback 'none' of %1$s.charge() (@Dependency(fallback) on %1$s.charge) does not resolve. There is no method 'none' in %1$s.\n\n%2$s"
					.formatted(HERE + "NoFallback", FALLBACK));
	}

	@Test
	void fallbackThatIsTheMethodItself() {
		refused(OwnFallback.class).contains("OwnFallback.charge(): it is the guarded method itself");
	}

	@Test
	void fallbackOfABeanThatDoesNotExist() {
		refused(BeanFallback.class).isEqualTo(
				"The fallback 'nobody#none' of %1$s.charge() (@Dependency(fallback) on %1$s.charge) names the bean 'nobody', which does not exist.\n\nCorrect the name of the bean; the form is beanName#method."
					.formatted(HERE + "BeanFallback"));
	}

	@Test
	void privateFallbackOfAnotherBean() {
		ApplicationContextRunner runner = Guarded.runner(BeanFallback.class)
			.withBean("nobody", PrivateFallback.class, PrivateFallback::new);
		assertThat(Guarded.refusal(runner)).contains("PrivateFallback.none(): it is private in another bean");
	}

	@Test
	void fallbackNamedByAProperty() {
		ApplicationContextRunner runner = Guarded.runner(Critical.class)
			.withPropertyValues("resilience.dependencies.payments.fallback=none");
		assertThat(Guarded.refusal(runner)).isEqualTo(
				"The fallback 'none' of %1$s.charge() (resilience.dependencies.payments.fallback) does not resolve. There is no method 'none' in %1$s.\n\n%2$s"
					.formatted(HERE + "Critical", FALLBACK));
	}

	@Test
	void fallbackWithAnotherKindOfPublisher() {
		refused(StageForMono.class).contains("StageForMono.none(): it returns CompletableFuture, must be Mono");
	}

	@Test
	void degradedWithoutAWayOut() {
		refused(DegradedInt.class).isEqualTo(noWayOut("DEGRADED", "DegradedInt.price()", "int"));
		refused(DegradedString.class).isEqualTo(noWayOut("DEGRADED", "DegradedString.price()", "String"));
		refused(DegradedObject.class).isEqualTo(noWayOut("DEGRADED", "DegradedObject.price()", "Object"));
	}

	@Test
	void degradedWhoseFallbackServesANarrowExceptionOnly() {
		refused(NarrowWayOut.class).isEqualTo(noWayOut("DEGRADED", "NarrowWayOut.price()", "int"));
	}

	@Test
	void optionalReferenceThatMustNotBeNull() {
		refused(NonNull.class).isEqualTo(noWayOut("OPTIONAL", "NonNull.name()", "String"));
	}

	@Test
	void optionalReferenceThatMayBeNull() {
		Guarded.runner(Nullable.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void typeMadeDegradedByAPropertyIsCheckedLikeADeclaredOne() {
		ApplicationContextRunner runner = Guarded.runner(CriticalInt.class)
			.withPropertyValues("resilience.dependencies.payments.type=degraded");
		assertThat(Guarded.refusal(runner)).isEqualTo(noWayOut("DEGRADED", "CriticalInt.price()", "int"));
	}

	@Test
	void timeoutThatIsNoDuration() {
		refused(BadTimeout.class).isEqualTo("@Dependency(timeout = \"soon\") on " + HERE + """
				BadTimeout.charge() is no duration.

				Write the timeout as "3s", "500ms" or "PT3S", or as a placeholder that resolves to one of these.""");
	}

	@Test
	void timeoutWhosePlaceholderDoesNotResolve() {
		refused(TimeoutPlaceholder.class).startsWith("@Dependency(timeout = \"${payments.timeout}\") on " + HERE
				+ "TimeoutPlaceholder.charge() is no duration");
	}

	@Test
	void timeoutWhosePlaceholderResolvesToNoDuration() {
		ApplicationContextRunner runner = Guarded.runner(TimeoutPlaceholder.class)
			.withPropertyValues("payments.timeout=soon");
		assertThat(Guarded.refusal(runner)).startsWith("@Dependency(timeout = \"${payments.timeout}\") on " + HERE
				+ "TimeoutPlaceholder.charge() is no duration, it resolves to 'soon'.");
	}

	@Test
	void timeoutOfNothing() {
		refused(ZeroTimeout.class).isEqualTo("The setting '@Dependency(timeout) on " + HERE
				+ "ZeroTimeout.charge' has the value 'PT0S', which makes no sense.\n\nGive it a duration of at least 1ms, for example '3s', '500ms' or 'PT3S'.");
	}

	@Test
	void nameWhosePlaceholderDoesNotResolve() {
		refused(NamePlaceholder.class).isEqualTo("@Dependency(name = \"${payments.name}\") on " + HERE
				+ "NamePlaceholder.charge() has a placeholder that does not resolve.\n\nDefine the property, or give the placeholder a default: \"${key:default}\".");
	}

	@Test
	void fallbackWhosePlaceholderDoesNotResolve() {
		refused(FallbackPlaceholder.class).isEqualTo("@Dependency(fallback = \"${payments.fallback}\") on " + HERE
				+ "FallbackPlaceholder.charge() has a placeholder that does not resolve.\n\nDefine the property, or give the placeholder a default: \"${key:default}\".");
	}

	@Test
	void privateMethod() {
		refused(Private.class).isEqualTo(notInterceptable("Private.charge()", "it is private"));
	}

	@Test
	void finalMethod() {
		refused(Final.class).isEqualTo(notInterceptable("Final.charge()", "it is final"));
	}

	@Test
	void staticMethod() {
		refused(Static.class).isEqualTo(notInterceptable("Static.charge()", "it is static"));
	}

	@Test
	void finalClass() {
		refused(FinalClass.class).isEqualTo(notInterceptable("FinalClass.charge()", "its class is final"));
	}

	@Test
	void finalMethodOfAnAnnotatedClass() {
		refused(FinalInAnnotatedClass.class)
			.isEqualTo(notInterceptable("FinalInAnnotatedClass.charge()", "it is final"));
	}

	@Test
	void metaAnnotationAndDirectOneThatContradictEachOther() {
		refused(MetaAndDirect.class).isEqualTo(
				"""
						Two @Dependency annotations contradict each other on %1$scharge(): (name = "payments", type = CRITICAL) at public void %1$scharge(), and (name = "billing", type = OPTIONAL) at public void %1$scharge().

						%2$s"""
					.formatted(HERE + "MetaAndDirect.", CONTRADICTION));
	}

	@Test
	void classThatContradictsItsInterface() {
		refused(OtherNameThanInterface.class)
			.startsWith("Two @Dependency annotations contradict each other on " + HERE
					+ "OtherNameThanInterface.charge(): (name = \"billing\", type = UNCLASSIFIED) at ")
			.endsWith(CONTRADICTION);
	}

	@Test
	void interfacesThatContradictEachOther() {
		refused(TwoInterfaces.class)
			.startsWith("Two @Dependency annotations contradict each other on " + HERE + "TwoInterfaces.charge(): ")
			.endsWith(CONTRADICTION);
	}

	@Test
	void annotatedInterfacesThatContradictEachOther() {
		refused(TwoAnnotatedInterfaces.class)
			.startsWith("Two @Dependency annotations contradict each other on " + HERE
					+ "TwoAnnotatedInterfaces.charge(): ")
			.endsWith(CONTRADICTION);
	}

	@Test
	void classThatSaysSomethingElseThanItsSuperclass() {
		Guarded.runner(OtherThanSuperclass.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void formsThatCannotBeGuarded() {
		refused(OwnFuture.class).isEqualTo("The @Dependency method " + HERE
				+ "OwnFuture.charge() returns java.util.concurrent.FutureTask, which cannot be guarded until it completes.\n\nReturn CompletableFuture, CompletionStage or Future.");
	}

	@Test
	void publisherOfTheJdk() {
		refused(JdkPublisher.class).contains(
				"JdkPublisher.charge() returns java.util.concurrent.Flow$Publisher, which cannot be guarded until it completes",
				"Return Mono or Flux.");
	}

	@Test
	void typeVariableBoundToAFormThatCannotBeGuarded() {
		refused(BoundPublisher.class).contains("returns java.util.concurrent.Flow$Publisher");
	}

	@Test
	void packagePrivateMethodOfAnotherPackage() {
		refused(FromOtherPackage.class).contains(
				"%s.hidden() cannot be intercepted, because it is package-private in another package than %sFromOtherPackage: it would run unguarded"
					.formatted(HiddenMethods.class.getName(), HERE));
	}

	@Test
	void finalFallbackOfAnotherBean() {
		ApplicationContextRunner runner = Guarded.runner(BeanFallback.class)
			.withBean("nobody", FinalFallback.class, FinalFallback::new);
		assertThat(Guarded.refusal(runner)).contains("FinalFallback.none(): it is final in another bean");
	}

	@Test
	void packagePrivateFallbackOfAnotherBeanAndPackage() {
		ApplicationContextRunner runner = Guarded.runner(BeanFallback.class)
			.withBean("nobody", FallbackFromOtherPackage.class, FallbackFromOtherPackage::new);
		assertThat(Guarded.refusal(runner))
			.contains("HiddenFallback.none(): it is package-private in another package than its bean");
	}

	@Test
	void durableDeliveryOfMethodsThatReturnSomething() {
		ApplicationContextRunner runner = Guarded.runner(OptionalValue.class);
		assertThat(Guarded.refusal(runner.withPropertyValues("resilience.dependencies.payments.delivery=durable")))
			.isEqualTo(
					"'resilience.dependencies.payments.delivery' asks for durable delivery, but dependency 'payments' has no OPTIONAL void method.\n\nOnly such a method can be durable: its caller waits for nothing, and what is handed in as code cannot be stored.");
		assertThat(Guarded
			.refusal(runner.withPropertyValues("resilience.dependencies.payments.operations.charge.delivery=durable")))
			.isEqualTo("'resilience.dependencies.payments.operations.charge.delivery' asks for durable delivery of "
					+ HERE
					+ "OptionalValue.charge(), which is OPTIONAL and returns int.\n\nOnly an OPTIONAL void method can be durable: its caller waits for nothing.");
	}

	@Test
	void durableDeliveryWithoutItsLibraries() {
		ApplicationContextRunner runner = Guarded.runner(Optional.class)
			.withPropertyValues("resilience.dependencies.payments.delivery=durable");
		assertThat(Guarded.refusal(runner))
			.isEqualTo("'resilience.dependencies.payments.delivery' asks for durable delivery of " + HERE
					+ "Optional.charge(), but a library for it is missing.\n\nAdd com.github.kagkarlsson:db-scheduler, org.springframework:spring-jdbc and tools.jackson.core:jackson-databind, and where there is no DataSource com.h2database:h2.");
	}

	@Test
	void beanThatIsCreatedTooEarly() {
		refused(EarlyConfiguration.class).isEqualTo(
				"The @Dependency methods of bean 'early' are not guarded: it was created before it could be proxied.\n\nLet no BeanPostProcessor or early infrastructure bean depend on 'early'.");
	}

	@Test
	void interfaceProxyWithoutTheMethod() {
		ApplicationContextRunner runner = Guarded.runner()
			.withBean("client", NotOnInterface.class)
			.withPropertyValues("spring.aop.proxy-target-class=false");
		assertThat(Guarded.refusal(runner)).isEqualTo("The @Dependency method " + HERE
				+ "NotOnInterface.charge(int) of bean 'client' is not guarded: its proxy implements interfaces only, and none of them declares the method.\n\nLet no BeanPostProcessor or early infrastructure bean depend on 'client'; with spring.aop.proxy-target-class=false declare the method on an interface.");
	}

	@Test
	void weavingWithoutAWeaver() {
		assertThat(Guarded.refusal(Guarded.runner(Critical.class).withPropertyValues("resilience.weaving=aspectj")))
			.isEqualTo(
					"""
							'resilience.weaving' is 'aspectj', but no weaver of AspectJ applies the aspect dev.resilience.interceptor.DependencyAspect: private, final and self-called methods would run unguarded.

							Start the application with -javaagent:aspectjweaver.jar, name the aspect in META-INF/aop.xml and include there 'dev.resilience.interceptor.WeavingProbe' and the application's own packages; or remove 'resilience.weaving'.""");
	}

	@Test
	void weavingWithoutAspectJ() {
		ApplicationContextRunner runner = Guarded.runner(Critical.class)
			.withPropertyValues("resilience.weaving=aspectj")
			.withClassLoader(new FilteredClassLoader("org.aspectj"));
		assertThat(Guarded.refusal(runner)).isEqualTo(
				"""
						'resilience.weaving' is 'aspectj', but org.aspectj:aspectjweaver is not on the class path.

						Add org.aspectj:aspectjweaver and start the application with it as -javaagent, or remove 'resilience.weaving'.""");
	}

	@Test
	void weavingAsksSpringsOwnWeaverToBegin() {
		AtomicBoolean begun = new AtomicBoolean();
		ApplicationContextRunner runner = Guarded.runner(Critical.class)
			.withPropertyValues("resilience.weaving=aspectj")
			.withBean("loadTimeWeaver", Object.class, () -> begun.compareAndSet(false, true));
		assertThat(Guarded.refusal(runner)).contains("no weaver");
		assertThat(begun).isTrue();
	}

	private static org.assertj.core.api.AbstractStringAssert<?> refused(Class<?>... beans) {
		return assertThat(Guarded.refusal(Guarded.runner(beans)));
	}

	private static String notInterceptable(String method, String reason) {
		return "The @Dependency method %s cannot be intercepted, because %s: it would run unguarded.\n\n%s"
			.formatted(HERE + method, reason, INTERCEPTABLE);
	}

	private static String noWayOut(String type, String method, String returned) {
		return "The %s @Dependency method %s returns %s and has no way out that serves every failure.\n\nName a fallback method that takes any failure, configure 'resilience.dependencies.payments.last-good', or return a type that can be empty (Optional, a collection)."
			.formatted(type, HERE + method, returned);
	}

	static class Unclassified {

		@Dependency("payments")
		public void charge(long customer, String card) {
		}

	}

	static class Critical {

		@Dependency(name = "payments", type = CRITICAL)
		public void charge() {
		}

	}

	static class Optional {

		@Dependency(name = "payments", type = OPTIONAL)
		public void charge() {
		}

	}

	static class OptionalValue {

		@Dependency(name = "payments", type = OPTIONAL)
		public int charge() {
			return 1;
		}

	}

	static class WrongFallbacks {

		@Dependency(name = "payments", type = DEGRADED, fallback = "none")
		public List<String> charge(long customer, String card) {
			return List.of();
		}

		List<String> none() {
			return List.of();
		}

		List<String> none(String customer, String card) {
			return List.of();
		}

		List<String> none(long customer, String card, String cause) {
			return List.of();
		}

		String none(long customer, String card) {
			return "";
		}

	}

	static class NoFallback {

		@Dependency(name = "payments", type = CRITICAL, fallback = "none")
		public void charge() {
		}

	}

	static class OwnFallback {

		@Dependency(name = "payments", type = CRITICAL, fallback = "charge")
		public void charge() {
		}

	}

	static class BeanFallback {

		@Dependency(name = "payments", type = CRITICAL, fallback = "nobody#none")
		public void charge() {
		}

	}

	static class PrivateFallback {

		@SuppressWarnings("unused")
		private void none() {
		}

	}

	static class FinalFallback {

		final void none() {
		}

	}

	static class FallbackFromOtherPackage extends HiddenFallback {

	}

	static class FromOtherPackage extends HiddenMethods {

	}

	static class JdkPublisher {

		@Dependency(name = "payments", type = CRITICAL)
		public java.util.concurrent.Flow.Publisher<String> charge() {
			return new java.util.concurrent.SubmissionPublisher<>();
		}

	}

	abstract static class Bound<T> {

		@Dependency(name = "payments", type = CRITICAL)
		public T charge() {
			throw new IllegalStateException();
		}

	}

	static class BoundPublisher extends Bound<java.util.concurrent.Flow.Publisher<String>> {

	}

	static class StageForMono {

		@Dependency(name = "payments", type = DEGRADED, fallback = "none")
		public reactor.core.publisher.Mono<String> charge() {
			return reactor.core.publisher.Mono.empty();
		}

		java.util.concurrent.CompletableFuture<String> none() {
			return java.util.concurrent.CompletableFuture.completedFuture("");
		}

	}

	static class DegradedInt {

		@Dependency(name = "payments", type = DEGRADED)
		public int price() {
			return 1;
		}

	}

	static class DegradedString {

		@Dependency(name = "payments", type = DEGRADED)
		public String price() {
			return "";
		}

	}

	static class DegradedObject {

		@Dependency(name = "payments", type = DEGRADED)
		public Object price() {
			return "";
		}

	}

	static class NarrowWayOut {

		@Dependency(name = "payments", type = DEGRADED, fallback = "none")
		public int price() {
			return 1;
		}

		int none(IOException cause) {
			return 0;
		}

	}

	@NullMarked
	static class NonNull {

		@Dependency(name = "payments", type = OPTIONAL)
		public String name() {
			return "";
		}

	}

	@NullUnmarked
	static class Nullable {

		@Dependency(name = "payments", type = OPTIONAL)
		public String name() {
			return "";
		}

	}

	static class CriticalInt {

		@Dependency(name = "payments", type = CRITICAL)
		public int price() {
			return 1;
		}

	}

	static class BadTimeout {

		@Dependency(name = "payments", type = CRITICAL, timeout = "soon")
		public void charge() {
		}

	}

	static class TimeoutPlaceholder {

		@Dependency(name = "payments", type = CRITICAL, timeout = "${payments.timeout}")
		public void charge() {
		}

	}

	static class ZeroTimeout {

		@Dependency(name = "payments", type = CRITICAL, timeout = "0s")
		public void charge() {
		}

	}

	static class NamePlaceholder {

		@Dependency(name = "${payments.name}", type = CRITICAL)
		public void charge() {
		}

	}

	static class FallbackPlaceholder {

		@Dependency(name = "payments", type = CRITICAL, fallback = "${payments.fallback}")
		public void charge() {
		}

	}

	static class Private {

		@Dependency(name = "payments", type = CRITICAL)
		private void charge() {
		}

	}

	static class Final {

		@Dependency(name = "payments", type = CRITICAL)
		public final void charge() {
		}

	}

	static class Static {

		@Dependency(name = "payments", type = CRITICAL)
		public static void charge() {
		}

	}

	static final class FinalClass {

		@Dependency(name = "payments", type = CRITICAL)
		public void charge() {
		}

	}

	@Dependency(name = "payments", type = CRITICAL)
	static class FinalInAnnotatedClass {

		public final void charge() {
		}

	}

	@Retention(RetentionPolicy.RUNTIME)
	@Dependency(name = "billing", type = OPTIONAL)
	@interface Billing {

	}

	static class MetaAndDirect {

		@Billing
		@Dependency(name = "payments", type = CRITICAL)
		public void charge() {
		}

	}

	interface Payments {

		@Dependency(name = "payments", type = CRITICAL)
		void charge();

	}

	interface Billings {

		@Dependency(name = "billing", type = CRITICAL)
		void charge();

	}

	static class OtherNameThanInterface implements Payments {

		@Override
		@Dependency("billing")
		public void charge() {
		}

	}

	static class TwoInterfaces implements Payments, Billings {

		@Override
		public void charge() {
		}

	}

	@Dependency(name = "payments", type = CRITICAL)
	interface AnnotatedPayments {

		void charge();

	}

	@Dependency(name = "billing", type = CRITICAL)
	interface AnnotatedBillings {

		void charge();

	}

	static class TwoAnnotatedInterfaces implements AnnotatedPayments, AnnotatedBillings {

		@Override
		public void charge() {
		}

	}

	static class OtherThanSuperclass extends Critical {

		@Override
		@Dependency(name = "billing", type = OPTIONAL)
		public void charge() {
		}

	}

	static class OwnFuture {

		@Dependency(name = "payments", type = CRITICAL)
		public java.util.concurrent.FutureTask<String> charge() {
			return new java.util.concurrent.FutureTask<>(() -> "");
		}

	}

	interface Chargeable {

		void charge();

	}

	static class NotOnInterface implements Chargeable {

		@Override
		public void charge() {
		}

		@Dependency(name = "payments", type = CRITICAL)
		public void charge(int amount) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EarlyConfiguration {

		@Bean
		static Critical early() {
			return new Critical();
		}

		@Bean
		static PriorityProcessor needsItEarly(Critical early) {
			return new PriorityProcessor();
		}

	}

	static class PriorityProcessor implements BeanPostProcessor, PriorityOrdered {

		@Override
		public int getOrder() {
			return 0;
		}

	}

}
