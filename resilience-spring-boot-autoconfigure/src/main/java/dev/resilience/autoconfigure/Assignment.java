package dev.resilience.autoconfigure;

import java.net.URI;
import java.util.regex.Pattern;

import dev.resilience.registry.RedactedUrl;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * A setting of a dependency and its new value.
 *
 * @param key the key, as it stands under {@code resilience.dependencies.<name>}
 * @param value the value, empty to take back an earlier one
 */
record Assignment(String key, String value) {

	// Boot would pass over any other character
	private static final Pattern KEY = Pattern.compile("[\\w$-]+(\\.[\\w$-]+|\\.?\\[[\\w$-]+])*",
			Pattern.UNICODE_CHARACTER_CLASS);

	/**
	 * Read an assignment.
	 * @param text {@code key=value}
	 * @throws IllegalArgumentException if it is none
	 */
	static Assignment of(String text) {
		int separator = text.indexOf('=');
		String key = (separator < 0) ? "" : text.substring(0, separator).trim();
		if (!KEY.matcher(key).matches()) {
			throw new IllegalArgumentException(
					"'policy' is '%s', must be a setting and its value, for example retry.max-attempts=2"
						.formatted(text));
		}
		return new Assignment(key, text.substring(separator + 1).trim());
	}

	boolean isOf(String otherKey) {
		return name(this.key).equals(name(otherKey));
	}

	private static ConfigurationPropertyName name(String key) {
		return ConfigurationPropertyName.adapt(key, '.');
	}

	/** It as it may be shown, on one line: without credentials. */
	String shown() {
		String shown = isOf("health-check") && !this.value.isEmpty() ? RedactedUrl.of(URI.create(this.value))
				: this.value.replaceAll("\\p{Cntrl}", " ");
		return this.key + "=" + shown;
	}

}
