package dev.resilience.interceptor;

import java.lang.reflect.Method;

import dev.resilience.DependencyType;
import dev.resilience.policy.Settings;

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
		for (Class<?> parameter : method.getParameterTypes()) {
			text.append((text.charAt(text.length() - 1) != '(') ? ", " : "").append(parameter.getSimpleName());
		}
		return text.append(')').toString();
	}

}
