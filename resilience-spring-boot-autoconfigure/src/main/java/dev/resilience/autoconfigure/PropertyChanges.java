package dev.resilience.autoconfigure;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ApplicationListener;

/**
 * Hears from Spring Cloud that properties have changed.
 */
final class PropertyChanges implements ApplicationListener<EnvironmentChangeEvent> {

	private final ObjectProvider<RuntimePolicies> policies;

	/**
	 * Create the listener.
	 * @param policies follow the properties; asked for when they change, because
	 * listeners are there before most beans
	 */
	PropertyChanges(ObjectProvider<RuntimePolicies> policies) {
		this.policies = policies;
	}

	// whatever its keys are: ours may have placeholders for them
	@Override
	public void onApplicationEvent(EnvironmentChangeEvent event) {
		this.policies.getObject().reload();
	}

}
