package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;

import dev.resilience.IdempotencyKey;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AnnotatedMethod;

/**
 * The parameter of a method whose argument is the idempotency key of the call.
 *
 * @param index its place
 * @param description names it in messages
 */
record KeyParameter(int index, String description) {

	private static final int LONGEST = 255;

	/**
	 * Find the parameter that is annotated, in the method or one that it overrides.
	 * @return the parameter, {@code null} if there is none
	 */
	static @Nullable KeyParameter of(Method method) {
		KeyParameter key = null;
		for (MethodParameter parameter : new AnnotatedMethod(method).getMethodParameters()) {
			if (!parameter.hasParameterAnnotation(IdempotencyKey.class)) {
				continue;
			}
			if (key != null) {
				throw new InvalidDependencyException(
						"The @Dependency method %s has two parameters with @IdempotencyKey"
							.formatted(DependencySpec.signature(method)),
						"Annotate one of them. A key of several parts is a parameter that joins them.");
			}
			key = new KeyParameter(parameter.getParameterIndex(), describe(method, parameter));
		}
		return key;
	}

	private static String describe(Method method, MethodParameter parameter) {
		Parameter declared = parameter.getParameter();
		String name = declared.isNamePresent() ? "'" + declared.getName() + "'"
				: "number " + (parameter.getParameterIndex() + 1);
		String description = "The @IdempotencyKey parameter %s of %s".formatted(name, DependencySpec.signature(method));
		if (parameter.getParameterType().isArray()) {
			throw new InvalidDependencyException(description + " is an array, whose text says nothing of its elements",
					"Annotate a parameter that has a text of its own, such as a String, a UUID or a number.");
		}
		return description;
	}

	/**
	 * The key of a call.
	 * @throws IllegalArgumentException if the argument is none; without its text, which
	 * may be anything
	 */
	String key(@Nullable Object[] arguments) {
		Object argument = arguments[this.index];
		if (argument == null) {
			throw new IllegalArgumentException(this.description + " is null: the call has no key and was not made");
		}
		String key = argument.toString();
		boolean valid = key != null && !key.isEmpty() && key.length() <= LONGEST && key.equals(key.strip())
				&& key.chars().allMatch((character) -> character >= ' ' && character <= '~');
		if (!valid) {
			throw new IllegalArgumentException(this.description
					+ " is no key: it needs 1 to %d printable ASCII characters, without space at its ends"
						.formatted(LONGEST));
		}
		return key;
	}

}
