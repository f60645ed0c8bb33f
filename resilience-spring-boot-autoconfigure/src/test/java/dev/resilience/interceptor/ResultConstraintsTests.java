package dev.resilience.interceptor;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;

import dev.resilience.Dependency;
import dev.resilience.FailureKind;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Payload;
import jakarta.validation.Valid;
import jakarta.validation.Validator;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraintvalidation.SupportedValidationTarget;
import jakarta.validation.constraintvalidation.ValidationTarget;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.http.ResponseEntity;
import org.springframework.validation.annotation.Validated;
import org.springframework.validation.method.MethodValidationException;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Results that violate their constraints.
 */
@ExtendWith(OutputCaptureExtension.class)
class ResultConstraintsTests {

	@ParameterizedTest
	@EnumSource
	void violationIsCorruptDataAndNotRepeated(Declaration declaration) {
		run(Products.class, (context) -> {
			Products products = context.getBean(Products.class);
			assertThat(catchThrowable(() -> declaration.call(products, "")))
				.satisfies((thrown) -> assertThat((thrown instanceof CompletionException) ? thrown.getCause() : thrown)
					.isInstanceOf(ConstraintViolationException.class)
					.hasMessageContaining("must not be blank"));
			assertThat(products.calls()).isOne();
			assertThat(partner(context).failures()).isEqualTo(Map.of(FailureKind.CORRUPT_DATA, 1L));
			assertThat(partner(context).breaker().failureRate()).isEqualTo(1);
		});
	}

	@ParameterizedTest
	@EnumSource
	void goodResultsPass(Declaration declaration) {
		run(Products.class, (context) -> {
			declaration.call(context.getBean(Products.class), "coffee");
			assertThat(partner(context).failures()).isEmpty();
		});
	}

	@ParameterizedTest
	@EnumSource(names = { "BEAN", "FUTURE", "MONO", "ENTITY", "MONO_OF_ENTITY" })
	void nothingIsValidUnlessItMustNotBe(Declaration declaration) {
		run(Products.class, (context) -> {
			declaration.call(context.getBean(Products.class), null);
			assertThat(partner(context).failures()).isEmpty();
			assertThatExceptionOfType(ConstraintViolationException.class)
				.isThrownBy(() -> context.getBean(Products.class).notNull(null));
		});
	}

	@Test
	void constraintsOfWhatAFutureCarries() {
		run(FutureOfValid.class, (context) -> {
			assertThat(catchThrowable(() -> context.getBean(FutureOfValid.class).future("").join()))
				.hasCauseInstanceOf(ConstraintViolationException.class);
			assertThat(partner(context).failures()).isEqualTo(Map.of(FailureKind.CORRUPT_DATA, 1L));
		});
	}

	@Test
	void fallbackServes() {
		run(Products.class, (context) -> assertThat(context.getBean(Products.class).orFallback(""))
			.isEqualTo(new Product("instead")));
	}

	@Test
	void constraintsOfOtherMethodsAndOfParametersAreNotLookedAt() {
		run(Unconstrained.class, (context) -> {
			assertThat(context.getBean(Unconstrained.class).product("").name()).isEmpty();
			assertThat(context.getBean(Unconstrained.class).crossChecked("a", "b").name()).isEmpty();
			assertThat(partner(context).failures()).isEmpty();
		});
	}

	@Test
	void validatedBeansAreLeftToSpring() {
		run(ValidatedProducts.class, (context) -> {
			ValidatedProducts products = context.getBean(ValidatedProducts.class);
			CountingValidator.checked.set(0);
			assertThatExceptionOfType(ConstraintViolationException.class).isThrownBy(() -> products.product(""));
			assertThat(CountingValidator.checked).hasValue(1);
			assertThat(partner(context).failures()).isEqualTo(Map.of(FailureKind.CORRUPT_DATA, 1L));
			assertThat(catchThrowable(() -> products.later("").join()))
				.hasCauseInstanceOf(ConstraintViolationException.class);
			assertThat(partner(context).failures()).isEqualTo(Map.of(FailureKind.CORRUPT_DATA, 2L));
			assertThatExceptionOfType(ConstraintViolationException.class).isThrownBy(() -> products.product(null));
			assertThat(partner(context).failures()).isEqualTo(Map.of(FailureKind.CORRUPT_DATA, 2L));
		});
	}

	@Test
	void springsAdaptedViolationsAreTheSame() {
		runner(ValidatedProducts.class).withPropertyValues("spring.validation.method.adapt-constraint-violations=true")
			.run((context) -> {
				ValidatedProducts products = context.getBean(ValidatedProducts.class);
				assertThatExceptionOfType(MethodValidationException.class).isThrownBy(() -> products.product(""));
				assertThat(partner(context).failures()).isEqualTo(Map.of(FailureKind.CORRUPT_DATA, 1L));
				assertThatExceptionOfType(MethodValidationException.class).isThrownBy(() -> products.product(null));
				assertThat(partner(context).failures()).isEqualTo(Map.of(FailureKind.CORRUPT_DATA, 1L));
			});
	}

	@Test
	void saysThatThereIsNoValidator(CapturedOutput output) {
		Guarded.runner(Products.class).run((context) -> {
			assertThat(context.getBean(Products.class).bean("").name()).isEmpty();
			assertThat(output).contains("The result of " + Products.class.getName()
					+ ".bean(String) has constraints, but there is no bean of type jakarta.validation.Validator: it is NOT validated");
		});
	}

	@Test
	void refusesConstraintsThatCannotBeChecked() {
		assertThat(Guarded.refusal(runner(Impossible.class)))
			.startsWith("The result of the @Dependency method " + Impossible.class.getName()
					+ ".product(String) cannot be validated: HV000151")
			.endsWith("Correct the constraints of " + Impossible.class.getName() + ".");
	}

	private static void run(Class<?> bean, Consumer<ApplicationContext> test) {
		runner(bean).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(Validator.class);
			test.accept(context);
		});
	}

	private static ApplicationContextRunner runner(Class<?> bean) {
		return Guarded.runner(bean)
			.withConfiguration(AutoConfigurations.of(ValidationAutoConfiguration.class))
			.withPropertyValues("resilience.dependencies.partner.idempotent=true",
					"resilience.dependencies.partner.retry.backoff.initial=1ms");
	}

	private static DependencyDescriptor partner(ApplicationContext context) {
		return context.getBean(DependencyMapReader.class).read().dependencies().get("partner");
	}

	enum Declaration {

		BEAN(Products::bean),

		INHERITED(Products::inherited),

		LIST(Products::list),

		ELEMENTS(Products::elements),

		OPTIONAL((products, name) -> products.optional(name)),

		TEXT(Products::text),

		FUTURE((products, name) -> products.future(name).join()),

		FUTURE_OF_LIST((products, name) -> products.futureOfList(name).join()),

		MONO((products, name) -> products.mono(name).block()),

		ENTITY(Products::entity),

		ENTITY_OF_MAP(Products::entityOfMap),

		MONO_OF_ENTITY((products, name) -> products.monoOfEntity(name).block());

		private final BiFunction<Products, @Nullable String, @Nullable Object> call;

		Declaration(BiFunction<Products, @Nullable String, @Nullable Object> call) {
			this.call = call;
		}

		@Nullable Object call(Products products, @Nullable String name) {
			return this.call.apply(products, name);
		}

	}

	record Product(@NotBlank String name) {

		static @Nullable Product of(@Nullable String name) {
			return (name != null) ? new Product(name) : null;
		}

	}

	interface Inherited {

		@Valid
		Product inherited(String name);

		List<@Valid Product> elements(String name);

	}

	@Dependency(name = "partner", type = CRITICAL)
	static class Products implements Inherited {

		private final AtomicInteger calls = new AtomicInteger();

		private @Nullable Product product(@Nullable String name) {
			this.calls.incrementAndGet();
			return Product.of(name);
		}

		int calls() {
			return this.calls.get();
		}

		@Valid
		public Product bean(String name) {
			return product(name);
		}

		@Override
		public Product inherited(String name) {
			return product(name);
		}

		@Valid
		public List<Product> list(String name) {
			return List.of(product(name));
		}

		@Override
		public List<Product> elements(String name) {
			return List.of(product(name));
		}

		public Optional<@Valid Product> optional(String name) {
			return Optional.ofNullable(product(name));
		}

		@NotBlank
		public String text(String name) {
			this.calls.incrementAndGet();
			return name;
		}

		@NotNull
		public Product notNull(String name) {
			return product(name);
		}

		@Valid
		public CompletableFuture<Product> future(String name) {
			return CompletableFuture.completedFuture(product(name));
		}

		@Valid
		public CompletableFuture<List<Product>> futureOfList(String name) {
			return CompletableFuture.completedFuture(new ArrayList<>(Arrays.asList(product(name), null)));
		}

		@Valid
		public Mono<Product> mono(String name) {
			return Mono.fromSupplier(() -> product(name));
		}

		@Valid
		public ResponseEntity<Product> entity(String name) {
			return ResponseEntity.ok(product(name));
		}

		@Valid
		public ResponseEntity<Map<String, Product>> entityOfMap(String name) {
			return ResponseEntity.ok(Map.of("a", product(name)));
		}

		@Valid
		public Mono<ResponseEntity<Product>> monoOfEntity(String name) {
			return Mono.fromSupplier(() -> ResponseEntity.ok(product(name)));
		}

		@Valid
		@Dependency(name = "other", type = DEGRADED, fallback = "instead")
		public Product orFallback(String name) {
			return product(name);
		}

		Product instead(String name, ConstraintViolationException violation) {
			return new Product("instead");
		}

		Product instead(String name, Throwable failure) {
			throw new AssertionError(failure);
		}

	}

	// Hibernate Validator refuses such a class, because it cannot look into futures
	static class FutureOfValid {

		@Dependency(name = "partner", type = CRITICAL)
		public CompletableFuture<@Valid Product> future(String name) {
			return CompletableFuture.completedFuture(new Product(name));
		}

	}

	static class Unconstrained {

		@Dependency(name = "partner", type = CRITICAL)
		public Product product(@NotBlank String name) {
			return new Product(name);
		}

		@Different
		@Dependency(name = "partner", type = CRITICAL)
		public Product crossChecked(String one, String other) {
			return new Product("");
		}

		@Valid
		public Product unguarded() {
			return new Product("");
		}

	}

	@Validated
	static class ValidatedProducts {

		@Counted
		@Valid
		@Dependency(name = "partner", type = CRITICAL)
		public Product product(@NotNull String name) {
			return new Product(name);
		}

		@Valid
		@Dependency(name = "partner", type = CRITICAL)
		public CompletableFuture<Product> later(String name) {
			return CompletableFuture.completedFuture(new Product(name));
		}

	}

	interface Named {

		Product product(String name);

	}

	static class Impossible implements Named {

		@Valid
		@Override
		@Dependency(name = "partner", type = CRITICAL)
		public Product product(@NotNull String name) {
			return new Product(name);
		}

	}

	@Constraint(validatedBy = DifferentValidator.class)
	@Retention(RetentionPolicy.RUNTIME)
	@interface Different {

		String message() default "different";

		Class<?>[] groups() default {};

		Class<? extends Payload>[] payload() default {};

	}

	@SupportedValidationTarget(ValidationTarget.PARAMETERS)
	static class DifferentValidator implements ConstraintValidator<Different, Object[]> {

		@Override
		public boolean isValid(Object[] parameters, ConstraintValidatorContext context) {
			return false;
		}

	}

	@Constraint(validatedBy = CountingValidator.class)
	@Retention(RetentionPolicy.RUNTIME)
	@interface Counted {

		String message() default "counted";

		Class<?>[] groups() default {};

		Class<? extends Payload>[] payload() default {};

	}

	static class CountingValidator implements ConstraintValidator<Counted, Product> {

		static final AtomicInteger checked = new AtomicInteger();

		@Override
		public boolean isValid(Product product, ConstraintValidatorContext context) {
			checked.incrementAndGet();
			return true;
		}

	}

}
