package dev.resilience.interceptor;

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;

import dev.resilience.Dependency;
import dev.resilience.DependencyType;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import org.junit.jupiter.api.Test;

import org.springframework.context.ApplicationContext;
import org.springframework.core.annotation.AliasFor;
import org.springframework.stereotype.Component;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static dev.resilience.DependencyType.OPTIONAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Annotations that carry {@code @Dependency}, and rename its attributes.
 */
class MetaAnnotationTests {

	@Test
	void guardsAMethodWithRenamedAttributes() {
		Guarded.runner(OnMethod.class).run((context) -> {
			DependencyDescriptor.Operation operation = operation(context, "partner", "call");
			assertThat(operation.type()).isEqualTo(DEGRADED);
			assertThat(operation.timeout()).isEqualTo("PT4S");
			assertThat(operation.idempotent()).isTrue();
			assertThat(operation.fallback()).isEqualTo("none");
			OnMethod bean = context.getBean(OnMethod.class);
			assertThat(bean.call("a")).isEqualTo("partner");
			assertThat(bean.call("fail")).isEqualTo("none");
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> bean.call("declined"));
			// what is repeatable was repeated
			assertThat(Guarded.calls(context, "partner")).isEqualTo(4);
		});
	}

	@Test
	void guardsAMethodThroughTwoLevels() {
		Guarded.runner(TwoLevels.class).run((context) -> {
			DependencyDescriptor.Operation operation = operation(context, "deep", "call");
			assertThat(operation.type()).isEqualTo(CRITICAL);
			assertThat(operation.timeout()).isEqualTo("PT3S");
			assertThat(operation.idempotent()).isTrue();
			assertThat(context.getBean(TwoLevels.class).call()).isEqualTo("deep");
			assertThat(Guarded.calls(context, "deep")).isOne();
		});
	}

	@Test
	void guardsATypeWhoseMethodsRefineAttributeByAttribute() {
		Guarded.runner(OnType.class).run((context) -> {
			assertRefined(operation(context, "deep", "plain"), CRITICAL, "PT3S", true);
			assertRefined(operation(context, "deep", "quick"), CRITICAL, "PT1S", true);
			assertRefined(operation(context, "deep", "optional"), OPTIONAL, "PT3S", true);
			assertRefined(operation(context, "other", "elsewhere"), CRITICAL, "PT3S", true);
			OnType bean = context.getBean(OnType.class);
			assertThat(List.of(bean.plain(), bean.quick(), bean.elsewhere())).containsExactly("deep", "deep", "other");
			assertThat(Guarded.calls(context, "deep")).isEqualTo(2);
		});
	}

	@Test
	void guardsAStereotype() {
		Guarded.runner(Stereotyped.class).run((context) -> {
			assertThat(context.getBean(Stereotyped.class).call()).isEqualTo("stereotyped");
			assertThat(Guarded.calls(context, "stereotyped")).isOne();
		});
	}

	@Test
	void inheritsThem() {
		Guarded.runner(Inheriting.class).run((context) -> {
			assertThat(context.getBean(Inheriting.class).plain()).isEqualTo("deep");
			assertThat(Guarded.operations(context, "deep")).contains(Inheriting.class.getName() + ".plain");
		});
	}

	private static void assertRefined(DependencyDescriptor.Operation operation, DependencyType type, String timeout,
			boolean idempotent) {
		assertThat(operation.type()).isEqualTo(type);
		assertThat(operation.timeout()).isEqualTo(timeout);
		assertThat(operation.idempotent()).isEqualTo(idempotent);
	}

	private static DependencyDescriptor.Operation operation(ApplicationContext context, String dependency,
			String method) {
		return context.getBean(DependencyMapReader.class)
			.read()
			.dependencies()
			.get(dependency)
			.operations()
			.stream()
			.filter((operation) -> operation.method().endsWith("." + method))
			.findFirst()
			.orElseThrow();
	}

	@Retention(RetentionPolicy.RUNTIME)
	@Dependency
	@interface Partner {

		@AliasFor(annotation = Dependency.class, attribute = "name")
		String of();

		@AliasFor(annotation = Dependency.class, attribute = "type")
		DependencyType importance() default CRITICAL;

		@AliasFor(annotation = Dependency.class, attribute = "timeout")
		String within() default "";

		@AliasFor(annotation = Dependency.class, attribute = "fallback")
		String otherwise() default "";

		@AliasFor(annotation = Dependency.class, attribute = "idempotent")
		boolean repeatable() default true;

		@AliasFor(annotation = Dependency.class, attribute = "ignore")
		Class<? extends Throwable>[] answers() default {};

	}

	@Retention(RetentionPolicy.RUNTIME)
	@Partner(of = "deep", within = "8s")
	@interface Deep {

		@AliasFor(annotation = Partner.class, attribute = "within")
		String soon() default "3s";

	}

	@Retention(RetentionPolicy.RUNTIME)
	@Component
	@Dependency(type = CRITICAL)
	@interface ClientComponent {

	}

	static class OnMethod {

		@Partner(of = "partner", importance = DEGRADED, within = "4s", otherwise = "none", answers = IOException.class)
		public String call(String argument) throws IOException {
			if (argument.equals("declined")) {
				throw new IOException();
			}
			if (argument.equals("fail")) {
				throw new IllegalStateException();
			}
			return Guarded.here();
		}

		String none(String argument) {
			return "none";
		}

	}

	static class TwoLevels {

		@Deep
		public String call() {
			return Guarded.here();
		}

	}

	@Deep
	static class OnType {

		public String plain() {
			return Guarded.here();
		}

		@Dependency(timeout = "1s")
		public String quick() {
			return Guarded.here();
		}

		@Dependency(type = OPTIONAL)
		public void optional() {
		}

		@Dependency(name = "other")
		public String elsewhere() {
			return Guarded.here();
		}

	}

	static class Inheriting extends OnType {

	}

	@ClientComponent
	static class Stereotyped {

		public String call() {
			return Guarded.here();
		}

	}

}
