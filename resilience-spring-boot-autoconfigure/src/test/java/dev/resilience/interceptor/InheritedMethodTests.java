package dev.resilience.interceptor;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

import dev.resilience.Dependency;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Annotations that a bean's class inherits, and methods that are called through the types
 * it inherits from.
 */
class InheritedMethodTests {

	@Test
	void guardsAnOverridingMethodThroughItsGenericSuperclass() {
		Guarded.runner(Overriding.class).run((context) -> {
			Overriding bean = context.getBean(Overriding.class);
			Client<String> client = bean;
			Callable<String> callable = bean;
			assertThat(bean.call("a")).isEqualTo("a: partner");
			assertThat(client.call("a")).isEqualTo("a: partner");
			assertThat(callable.call("a")).isEqualTo("a: partner");
			assertThat(Guarded.calls(context, "partner")).isEqualTo(3);
			assertThat(Guarded.operations(context, "partner")).containsExactly(Overriding.class.getName() + ".call");
		});
	}

	@Test
	void guardsAnInheritedMethodWhoseTypeIsBoundByTheClass() {
		Guarded.runner(Binding.class).run((context) -> {
			Client<String> client = context.getBean(Binding.class);
			assertThat(client.call("a")).isEqualTo("partner");
			assertThat(Guarded.calls(context, "partner")).isOne();
		});
	}

	@Test
	void takesTheFallbackOfAGenericSuperclass() {
		Guarded.runner(Failing.class, FailingElsewhere.class).run((context) -> {
			Failing bean = context.getBean(Failing.class);
			assertThat(bean.call("a")).isEqualTo("a");
			assertThat(context.getBean(FailingElsewhere.class).call("a")).isEqualTo("instead of a");
			assertThat(Guarded.calls(context, "partner")).isEqualTo(2);
		});
	}

	@Test
	void guardsWhatOverridesAMethodOfAnAnnotatedGenericClass() {
		Guarded.runner(OfAnnotatedClass.class).run((context) -> {
			OfAnnotatedClass bean = context.getBean(OfAnnotatedClass.class);
			AnnotatedClass<String> client = bean;
			assertThat(bean.call("a")).isEqualTo("a: partner");
			assertThat(client.call("a")).isEqualTo("a: partner");
			assertThat(bean.own("a")).isEqualTo("UNGUARDED");
			assertThat(bean.call(1)).isEqualTo("UNGUARDED");
			assertThat(Guarded.calls(context, "partner")).isEqualTo(2);
		});
	}

	@Test
	void guardsWhatImplementsAMethodOfAnAnnotatedGenericInterface() {
		for (String byClass : new String[] { "true", "false" }) {
			Guarded.runner()
				.withBean(AnnotatedInterface.class, OfAnnotatedInterface::new)
				.withPropertyValues("spring.aop.proxy-target-class=" + byClass)
				.run((context) -> {
					@SuppressWarnings("unchecked")
					AnnotatedInterface<String> client = context.getBean(AnnotatedInterface.class);
					assertThat(client.call("a")).isEqualTo("a: partner");
					assertThat(Guarded.calls(context, "partner")).isOne();
				});
		}
	}

	@Test
	void guardsWhatASuperclassImplementsForAnInterfaceThatItDoesNotKnow() {
		ApplicationContextRunner runner = Guarded.runner()
			.withBean("declared", Unknowing.class)
			.withBean("generic", UnknowingGeneric.class)
			.withBean("annotated", UnknowingAnnotated.class);
		runner.run((context) -> {
			assertThat(context.getBean(Unknowing.class).call("a")).isEqualTo("a: partner");
			assertThat(((Declared) context.getBean(Unknowing.class)).call("a")).isEqualTo("a: partner");
			assertThat(context.getBean(UnknowingGeneric.class).call("a")).isEqualTo("a: generic");
			assertThat(((Generic<String>) context.getBean(UnknowingGeneric.class)).call("a")).isEqualTo("a: generic");
			assertThat(context.getBean(UnknowingAnnotated.class).call("a")).isEqualTo("a: partner");
		});
	}

	@Test
	void guardsThroughAllInterfacesOfAClientWithoutAClass() {
		ApplicationContextRunner runner = Guarded.runner()
			.withBean("inheriting", InheritingClient.class, () -> client(InheritingClient.class))
			.withBean("redeclaring", RedeclaringClient.class, () -> client(RedeclaringClient.class))
			.withBean("binding", BindingClient.class, () -> client(BindingClient.class));
		runner.run((context) -> {
			assertThat(context.getBean(InheritingClient.class).call("a")).isEqualTo("generic");
			assertThat(((Generic<String>) context.getBean(InheritingClient.class)).call("a")).isEqualTo("generic");
			assertThat(context.getBean(RedeclaringClient.class).call("a")).isEqualTo("generic");
			assertThat(((Generic<String>) context.getBean(RedeclaringClient.class)).call("a")).isEqualTo("generic");
			assertThat(context.getBean(BindingClient.class).call("a")).isEqualTo("partner");
			assertThat(((Callable<String>) context.getBean(BindingClient.class)).call("a")).isEqualTo("partner");
		});
	}

	@Test
	void readsTheAnnotationsOfInterfacesThatInterfacesExtend() {
		Guarded.runner(OfExtending.class).run((context) -> {
			assertThat(context.getBean(OfExtending.class).call("a")).isEqualTo("a: partner");
			assertThat(((Declared) context.getBean(OfExtending.class)).call("a")).isEqualTo("a: partner");
			assertThat(context.getBean(OfExtending.class).charge()).isEqualTo("annotated-above");
		});
	}

	private static <T> T client(Class<T> type) {
		InvocationHandler handler = (proxy, method, arguments) -> {
			if (method.getDeclaringClass() == Object.class) {
				return method.invoke(type, arguments);
			}
			return method.isDefault() ? InvocationHandler.invokeDefault(proxy, method, arguments) : Guarded.here();
		};
		return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type }, handler));
	}

	interface Callable<T> {

		T call(T argument);

	}

	abstract static class Client<T> implements Callable<T> {

		@Override
		@Dependency(name = "partner", type = CRITICAL)
		public T call(T argument) {
			return answer();
		}

		T answer() {
			throw new IllegalStateException();
		}

	}

	static class Overriding extends Client<String> {

		@Override
		public String call(String argument) {
			return argument + ": " + Guarded.here();
		}

	}

	static class Binding extends Client<String> {

		@Override
		String answer() {
			return Guarded.here();
		}

	}

	abstract static class WithFallback<T> {

		@Dependency(name = "partner", type = DEGRADED, fallback = "none")
		public T call(T argument) {
			throw new IllegalStateException();
		}

		T none(T argument, Throwable cause) {
			return argument;
		}

	}

	static class Failing extends WithFallback<String> {

	}

	static class FailingElsewhere extends WithFallback<String> {

		@Override
		String none(String argument, Throwable cause) {
			return "instead of " + argument;
		}

	}

	@Dependency(name = "partner", type = CRITICAL)
	abstract static class AnnotatedClass<T> {

		public abstract T call(T argument);

	}

	static class OfAnnotatedClass extends AnnotatedClass<String> {

		@Override
		public String call(String argument) {
			return argument + ": " + Guarded.here();
		}

		public String call(Integer argument) {
			return Guarded.here();
		}

		public String own(String argument) {
			return Guarded.here();
		}

	}

	@Dependency(name = "partner", type = CRITICAL)
	interface AnnotatedInterface<T> {

		T call(T argument);

	}

	static class OfAnnotatedInterface implements AnnotatedInterface<String> {

		@Override
		public String call(String argument) {
			return argument + ": " + Guarded.here();
		}

	}

	static class Base {

		public String call(String argument) {
			return argument + ": " + Guarded.here();
		}

	}

	interface Declared {

		@Dependency(name = "partner", type = CRITICAL)
		String call(String argument);

	}

	static class Unknowing extends Base implements Declared {

	}

	@Dependency(name = "annotated-above", type = CRITICAL)
	interface AnnotatedAbove {

		String charge();

	}

	interface Extending extends Declared, AnnotatedAbove {

	}

	static class OfExtending implements Extending {

		@Override
		public String call(String argument) {
			return argument + ": " + Guarded.here();
		}

		@Override
		public String charge() {
			return Guarded.here();
		}

	}

	interface Generic<T> {

		@Dependency(type = CRITICAL)
		T call(T argument);

	}

	static class UnknowingGeneric extends Base implements Generic<String> {

	}

	static class UnknowingAnnotated extends Base implements AnnotatedInterface<String> {

	}

	interface InheritingClient extends Generic<String> {

	}

	interface RedeclaringClient extends Generic<String> {

		@Override
		String call(String argument);

	}

	interface BindingClient extends Callable<String> {

		@Override
		@Dependency(name = "partner", type = CRITICAL)
		String call(String argument);

	}

}
