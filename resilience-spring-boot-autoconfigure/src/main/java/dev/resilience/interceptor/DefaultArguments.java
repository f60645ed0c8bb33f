package dev.resilience.interceptor;

import java.util.Arrays;

import org.springframework.asm.Type;

/**
 * Kotlin's way to leave out arguments: a call of {@code charge$default}, which takes the
 * object, the arguments, bits for those left out, and a marker, is a call of
 * {@code charge}.
 */
final class DefaultArguments {

	private static final String SUFFIX = "$default";

	// how many arguments one number has bits for, and the number itself
	private static final int MASKED = 33;

	private DefaultArguments() {
	}

	static boolean areIn(String method) {
		return method.endsWith(SUFFIX);
	}

	/** The name of the method that is called in the end. */
	static String called(String method) {
		return areIn(method) ? method.substring(0, method.length() - SUFFIX.length()) : method;
	}

	/** The descriptor of the method that is called in the end. */
	static String descriptor(String descriptor) {
		Type[] types = Type.getArgumentTypes(descriptor);
		int masked = types.length - 2;
		int masks = (masked + MASKED - 1) / MASKED;
		return Type.getMethodDescriptor(Type.getReturnType(descriptor),
				Arrays.copyOfRange(types, 1, 1 + masked - masks));
	}

}
