package dev.resilience.guard;

import java.lang.reflect.Type;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The calls of a durable operation: what can be stored of them, and how one is made
 * again.
 */
public interface DurableCalls {

	/**
	 * Under which they are stored. Outlives renamed classes.
	 * @return {@code dependency/method}
	 */
	String name();

	/**
	 * The dependency that is called.
	 * @return its name
	 */
	String dependency();

	/**
	 * The parameters of the method.
	 * @return their names and types, in order
	 */
	List<Parameter> parameters();

	/**
	 * What calls have in common that are delivered one after the other.
	 * @param arguments the arguments of a call
	 * @return the key, {@code null} for no order
	 */
	@Nullable String key(@Nullable Object[] arguments);

	/**
	 * Make a call again.
	 * @param arguments its arguments
	 * @param idempotencyKey by which the partner recognises it
	 * @return what an attempt does
	 */
	Work work(@Nullable Object[] arguments, String idempotencyKey);

	/**
	 * A parameter of the method.
	 *
	 * @param name its name
	 * @param type its type, with what is known of type variables
	 */
	record Parameter(String name, Type type) {
	}

}
