package dev.resilience.policy;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/**
 * Settings as an application writes them.
 */
public final class TestSettings {

	private TestSettings() {
	}

	/**
	 * Bind settings.
	 * @param properties each as {@code key=value}, without a prefix
	 * @return the settings
	 */
	public static Settings of(String... properties) {
		Map<String, String> source = new LinkedHashMap<>();
		for (String property : properties) {
			int separator = property.indexOf('=');
			source.put("test." + property.substring(0, separator), property.substring(separator + 1));
		}
		return new Binder(new MapConfigurationPropertySource(source)).bindOrCreate("test", Settings.class);
	}

}
