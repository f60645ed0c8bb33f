package dev.resilience.interceptor;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import dev.resilience.failure.ViolatedResult;
import dev.resilience.guard.Form;
import dev.resilience.guard.ResultCheck;
import dev.resilience.guard.Work;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Valid;
import jakarta.validation.ValidationException;
import jakarta.validation.Validator;
import jakarta.validation.metadata.MethodDescriptor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.http.HttpEntity;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.validation.annotation.Validated;

/**
 * The constraints on what a guarded method returns: a result that violates them is
 * corrupt. Where it comes in a stage, a {@code Mono} or an {@code HttpEntity},
 * {@code @Valid} is about what that carries.
 */
final class ResultConstraints implements ResultCheck {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private static final boolean HTTP = ClassUtils.isPresent("org.springframework.http.HttpEntity",
			ResultConstraints.class.getClassLoader());

	private final Validator validator;

	// null: what the result carries is validated
	private final @Nullable Method method;

	private ResultConstraints(Validator validator, @Nullable Method method) {
		this.validator = validator;
		this.method = method;
	}

	/**
	 * The constraints of a method's result.
	 * @param beans where the validator is found
	 * @return the constraints, {@code null} if there are none, or Spring checks them
	 */
	static @Nullable ResultConstraints of(DependencySpec spec, Form form, BeanFactory beans) {
		boolean carried = form != Form.BLOCKING
				|| (HTTP && HttpEntity.class.isAssignableFrom(ReturnForms.type(spec.method(), spec.owner())));
		if (!(isAnnotated(spec, Valid.class) || (!carried && isAnnotated(spec, Constraint.class)))
				|| (!carried && AnnotatedElementUtils.hasAnnotation(spec.owner(), Validated.class))) {
			return null;
		}
		Validator validator = beans.getBeanProvider(Validator.class).getIfAvailable();
		if (validator == null) {
			logger.warn("The result of {} has constraints, but there is no bean of type {}: it is NOT validated",
					spec.signature(), Validator.class.getName());
			return null;
		}
		if (carried) {
			return new ResultConstraints(validator, null);
		}
		return isConstrained(validator, spec) ? new ResultConstraints(validator, spec.method()) : null;
	}

	private static boolean isConstrained(Validator validator, DependencySpec spec) {
		try {
			MethodDescriptor method = validator.getConstraintsForClass(spec.owner())
				.getConstraintsForMethod(spec.method().getName(), spec.method().getParameterTypes());
			return method != null && (method.hasConstrainedReturnValue()
					|| !method.getReturnValueDescriptor().getConstrainedContainerElementTypes().isEmpty());
		}
		catch (ValidationException ex) {
			throw new InvalidDependencyException("The result of the @Dependency method %s cannot be validated: %s"
				.formatted(spec.signature(), ex.getMessage()),
					"Correct the constraints of %s.".formatted(spec.owner().getName()), ex);
		}
	}

	private static boolean isAnnotated(DependencySpec spec, Class<? extends Annotation> annotation) {
		Method method = spec.method();
		if (MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY).isPresent(annotation)
				|| isAnnotated(method.getAnnotatedReturnType(), annotation)) {
			return true;
		}
		return ClassUtils.getAllInterfacesForClassAsSet(spec.owner())
			.stream()
			.map((type) -> ReflectionUtils.findMethod(type, method.getName(), method.getParameterTypes()))
			.anyMatch((declared) -> declared != null && isAnnotated(declared.getAnnotatedReturnType(), annotation));
	}

	// also List<@Valid Product>
	private static boolean isAnnotated(AnnotatedType type, Class<? extends Annotation> annotation) {
		if (MergedAnnotations.from(type).isPresent(annotation)) {
			return true;
		}
		if (type instanceof AnnotatedParameterizedType generic) {
			return Arrays.stream(generic.getAnnotatedActualTypeArguments())
				.anyMatch((argument) -> isAnnotated(argument, annotation));
		}
		return type instanceof AnnotatedArrayType array
				&& isAnnotated(array.getAnnotatedGenericComponentType(), annotation);
	}

	@Override
	public void check(Work work, @Nullable Object result) {
		Object target = work.target();
		Set<ConstraintViolation<?>> violations = new HashSet<>();
		if (this.method == null) {
			carried(content(result)).forEach((each) -> violations.addAll(this.validator.validate(each)));
		}
		else if (target != null) {
			violations.addAll(this.validator.forExecutables().validateReturnValue(target, this.method, result));
		}
		if (!violations.isEmpty()) {
			throw new ViolatedResult(violations);
		}
	}

	private static Stream<Object> carried(@Nullable Object content) {
		Stream<?> elements = Stream.empty();
		if (content instanceof Iterable<?> iterable) {
			elements = StreamSupport.stream(iterable.spliterator(), false);
		}
		else if (content instanceof Map<?, ?> map) {
			elements = map.values().stream();
		}
		else if (content instanceof Optional<?> optional) {
			elements = optional.stream();
		}
		else if (content instanceof Object[] array) {
			elements = Arrays.stream(array);
		}
		return Stream.concat(Stream.ofNullable(content), elements.filter(Objects::nonNull));
	}

	private static @Nullable Object content(@Nullable Object result) {
		return (HTTP && result instanceof HttpEntity<?> entity) ? entity.getBody() : result;
	}

}
