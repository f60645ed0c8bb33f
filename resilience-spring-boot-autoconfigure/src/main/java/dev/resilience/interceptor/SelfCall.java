package dev.resilience.interceptor;

import org.jspecify.annotations.Nullable;

import org.springframework.asm.Type;

/**
 * A call of a method on {@code this}, as it stands in a class file.
 *
 * @param caller the name of the calling method
 * @param callerDescriptor its descriptor
 * @param file the source file, {@code null} if unknown
 * @param line the line, 0 if unknown
 * @param name the name of the called method
 * @param descriptor its descriptor
 * @param superclass the class in which it is called by {@code super}, {@code null} for
 * other calls
 */
record SelfCall(String caller, String callerDescriptor, @Nullable String file, int line, String name, String descriptor,
		@Nullable String superclass) {

	SelfCall from(String method) {
		int parameters = method.indexOf('(');
		return new SelfCall(method.substring(0, parameters), method.substring(parameters), this.file, this.line,
				this.name, this.descriptor, this.superclass);
	}

	boolean isOfOverridden() {
		return this.superclass != null && this.caller.equals(this.name)
				&& parameters(this.callerDescriptor).equals(parameters(this.descriptor));
	}

	private static String parameters(String descriptor) {
		return descriptor.substring(0, descriptor.indexOf(')'));
	}

	/** The place as a stack trace shows it. */
	String place(Class<?> type) {
		String source = (this.file != null) ? this.file + ((this.line > 0) ? ":" + this.line : "") : "Unknown Source";
		return type.getName() + "." + this.caller + "(" + source + ")";
	}

	/** The called method with its parameters. */
	String callee() {
		StringBuilder text = new StringBuilder(this.name).append('(');
		for (Type parameter : Type.getArgumentTypes(this.descriptor)) {
			String type = parameter.getClassName();
			text.append((text.charAt(text.length() - 1) != '(') ? ", " : "")
				.append(type.substring(Math.max(type.lastIndexOf('.'), type.lastIndexOf('$')) + 1));
		}
		return text.append(')').toString();
	}

}
