package dev.resilience.failure;

import org.jspecify.annotations.Nullable;

/**
 * Texts of exceptions, for failures to which their technology gives no type of its own.
 */
final class Texts {

	private Texts() {
	}

	static boolean startsWith(Throwable link, String... texts) {
		@Nullable String message = link.getMessage();
		if (message != null) {
			for (String text : texts) {
				if (message.startsWith(text)) {
					return true;
				}
			}
		}
		return false;
	}

}
