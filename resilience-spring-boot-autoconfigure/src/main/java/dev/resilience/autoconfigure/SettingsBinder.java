package dev.resilience.autoconfigure;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

import dev.resilience.policy.Settings;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindException;
import org.springframework.boot.context.properties.ConstructorBound;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.NestedExceptionUtils;

/**
 * Binds settings as Boot does when the application starts, and says for humans why that
 * fails.
 */
final class SettingsBinder {

	private static final String PREFIX = "changed";

	private SettingsBinder() {
	}

	/**
	 * The properties as they are now.
	 * @throws IllegalArgumentException if they make no sense
	 */
	static ResilienceProperties properties(BeanFactory beans) {
		try {
			return (ResilienceProperties) ConstructorBound.from(beans, "changed properties",
					ResilienceProperties.class);
		}
		catch (ConfigurationPropertiesBindException ex) {
			throw new IllegalArgumentException((ex.getCause() instanceof BindException cause) ? reason(cause)
					: NestedExceptionUtils.getMostSpecificCause(ex).getMessage(), ex);
		}
	}

	/**
	 * The settings of a dependency.
	 * @param assignments values by their keys
	 * @throws IllegalArgumentException if they make no sense
	 */
	static Settings settings(Map<String, String> assignments) {
		Map<String, String> prefixed = new HashMap<>();
		assignments.forEach((key, value) -> prefixed.put(PREFIX + "." + key, value));
		try {
			return new Binder(new MapConfigurationPropertySource(prefixed)).bindOrCreate(PREFIX,
					Bindable.of(Settings.class), new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
		}
		catch (BindException ex) {
			throw new IllegalArgumentException(reason(ex), ex);
		}
	}

	private static String reason(BindException ex) {
		if (ex.getCause() instanceof UnboundConfigurationPropertiesException unbound) {
			return "%s: there is no such setting".formatted(
					unbound.getUnboundProperties().stream().map((property) -> name(property.getName())).toList());
		}
		String text = "'%s'".formatted(name(ex.getName()));
		if (ex.getProperty() != null) {
			text += " has the value '%s'".formatted(ex.getProperty().getValue());
		}
		Class<?> type = ex.getTarget().getType().toClass();
		return type.isEnum()
				? text + ", allowed is one of "
						+ Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT).replace('_', '-')
				: text + ", which makes no sense: " + NestedExceptionUtils.getMostSpecificCause(ex).getMessage();
	}

	private static String name(ConfigurationPropertyName name) {
		ConfigurationPropertyName prefix = ConfigurationPropertyName.of(PREFIX);
		return prefix.isAncestorOf(name) ? name.subName(1).toString() : name.toString();
	}

}
