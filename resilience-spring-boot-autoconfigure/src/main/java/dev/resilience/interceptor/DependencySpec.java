package dev.resilience.interceptor;

import java.lang.reflect.Method;

import dev.resilience.DependencyType;
import dev.resilience.policy.Settings;
import org.jspecify.annotations.Nullable;

/**
 * What the annotations say about a method.
 *
 * @param method the method that runs
 * @param owner the class of the bean, or the interface of a client
 * @param name the dependency
 * @param type the declared type
 * @param settings the declared settings
 */
record DependencySpec(Method method, Class<?> owner, String name, DependencyType type, Settings settings) {

	// the annotations follow from the method and the bean
	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof DependencySpec spec && spec.method.equals(this.method) && spec.owner == this.owner;
	}

	@Override
	public int hashCode() {
		return this.method.hashCode();
	}

	/** The method as the map shows it: {@code com.acme.PaymentClient.charge}. */
	String operation() {
		return this.owner.getName() + "." + this.method.getName();
	}

	/** The method as messages show it, with its parameters. */
	String signature() {
		return signature(this.method);
	}

	static String signature(Method method) {
		StringBuilder text = new StringBuilder(method.getDeclaringClass().getName()).append('.')
			.append(method.getName())
			.append('(');
		for (Class<?> parameter : SuspendingFunctions.parameterTypes(method)) {
			text.append((text.charAt(text.length() - 1) != '(') ? ", " : "").append(parameter.getSimpleName());
		}
		return text.append(')').toString();
	}

}
