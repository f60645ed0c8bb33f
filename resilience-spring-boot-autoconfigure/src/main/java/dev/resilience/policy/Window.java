package dev.resilience.policy;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;

/**
 * What the breaker looks back on: a time, or a number of calls.
 *
 * @param time the time, in whole seconds; {@code null} if it counts calls
 * @param calls the number of calls; 0 if it is a time
 */
public record Window(@Nullable Duration time, int calls) {

	/**
	 * Read a window. Spring's conversion service finds this method by its name.
	 * @param text a duration such as {@code 20s}, or a plain number of calls
	 * @return the window
	 */
	public static Window of(String text) {
		String trimmed = text.trim();
		if (trimmed.chars().allMatch(Character::isDigit) && !trimmed.isEmpty()) {
			return new Window(null, calls(trimmed));
		}
		Duration time;
		try {
			time = DurationStyle.detectAndParse(trimmed);
		}
		catch (IllegalArgumentException ex) {
			throw notAWindow(text, ex);
		}
		if (time.compareTo(Duration.ofSeconds(1)) < 0) {
			throw notAWindow(text, null);
		}
		return new Window(Duration.ofSeconds((time.toMillis() + 999) / 1000), 0);
	}

	/**
	 * Read a window that YAML took for a number.
	 * @param calls a number of calls
	 * @return the window
	 */
	public static Window of(Integer calls) {
		return of(calls.toString());
	}

	private static int calls(String text) {
		int calls;
		try {
			calls = Integer.parseInt(text);
		}
		catch (NumberFormatException ex) {
			throw notAWindow(text, ex);
		}
		if (calls < 1) {
			throw notAWindow(text, null);
		}
		return calls;
	}

	private static IllegalArgumentException notAWindow(String text, @Nullable Throwable cause) {
		return new IllegalArgumentException(
				"a window is a duration of at least a second, such as '20s', or a number of calls from 1, such as '100', not '%s'"
					.formatted(text),
				cause);
	}

}
