package dev.resilience.autoconfigure;

import java.util.Locale;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;

/**
 * Hears from Spring Cloud that properties have changed.
 */
final class PropertyChanges implements ApplicationListener<EnvironmentChangeEvent> {

	private final ObjectProvider<RuntimePolicies> policies;

	private final Environment environment;

	/**
	 * Create the listener.
	 * @param policies follow the properties; asked for when they change, because
	 * listeners are there before most beans
	 */
	PropertyChanges(ObjectProvider<RuntimePolicies> policies, Environment environment) {
		this.policies = policies;
		this.environment = environment;
	}

	@Override
	public void onApplicationEvent(EnvironmentChangeEvent event) {
		// also RESILIENCE_DEPENDENCIES_…
		if (event.getKeys().stream().anyMatch((key) -> key.toLowerCase(Locale.ROOT).startsWith("resilience"))) {
			this.policies.getObject().reload(this.environment);
		}
	}

}
