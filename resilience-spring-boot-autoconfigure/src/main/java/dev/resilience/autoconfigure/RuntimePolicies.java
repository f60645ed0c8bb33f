package dev.resilience.autoconfigure;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

import dev.resilience.guard.Guard;
import dev.resilience.interceptor.InvalidDependencyException;
import dev.resilience.interceptor.OperationCatalog;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.InvalidSettingException;
import dev.resilience.policy.PolicyResolver;
import dev.resilience.policy.Settings;
import dev.resilience.registry.DependencyMonitor;
import dev.resilience.registry.DependencyRegistry;
import dev.resilience.registry.HealthChecks;
import dev.resilience.registry.PartnerMaps;
import dev.resilience.registry.PolicyChanges;
import dev.resilience.signal.DependencyLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

import org.springframework.beans.factory.BeanFactory;

/**
 * Changes policies while the application runs: as its properties say now, and as somebody
 * has said of single dependencies, which lasts until the application ends. What makes no
 * sense changes nothing.
 */
final class RuntimePolicies implements PolicyChanges {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private final BeanFactory beans;

	private final OperationCatalog catalog;

	private final DependencyRegistry registry;

	private final HealthChecks healthChecks;

	private final PartnerMaps partners;

	private final DependencyMonitor monitor;

	private final ReentrantLock change = new ReentrantLock();

	// all below are guarded by the lock
	private final Map<String, Map<String, String>> assigned = new HashMap<>();

	private ResilienceProperties properties;

	/**
	 * Create the policies.
	 * @param properties what they say now
	 * @param beans bind the properties anew
	 */
	RuntimePolicies(ResilienceProperties properties, BeanFactory beans, OperationCatalog catalog,
			DependencyRegistry registry, HealthChecks healthChecks, PartnerMaps partners, DependencyMonitor monitor) {
		this.properties = properties;
		this.beans = beans;
		this.catalog = catalog;
		this.registry = registry;
		this.healthChecks = healthChecks;
		this.partners = partners;
		this.monitor = monitor;
	}

	@Override
	public String change(String dependency, String assignment) {
		Assignment change = Assignment.of(assignment);
		this.change.lock();
		try {
			Map<String, Map<String, String>> assigned = new HashMap<>(this.assigned);
			Map<String, String> own = new LinkedHashMap<>(assigned.getOrDefault(dependency, Map.of()));
			own.keySet().removeIf(change::isOf);
			if (!change.value().isEmpty()) {
				own.put(change.key(), change.value());
			}
			assigned.put(dependency, own);
			apply(this.properties, assigned);
			this.assigned.put(dependency, own);
		}
		finally {
			this.change.unlock();
		}
		DependencyLog.line(Level.WARN, dependency)
			.log("The policy of dependency '{}' was changed: {}", dependency, change.shown());
		this.monitor.changed("the policy of %s was changed: %s".formatted(dependency, change.shown()));
		return change.shown();
	}

	/** The properties may have changed. */
	void reload() {
		this.change.lock();
		try {
			ResilienceProperties properties = SettingsBinder.properties(this.beans);
			if (properties.equals(this.properties)) {
				return;
			}
			apply(properties, this.assigned);
			this.properties = properties;
			logger.info("The policies of all dependencies follow the changed properties");
			this.monitor.changed("the properties were changed");
		}
		catch (IllegalArgumentException ex) {
			logger.error("The changed properties make no sense, all policies stay as they were: {}", ex.getMessage());
		}
		finally {
			this.change.unlock();
		}
	}

	private void apply(ResilienceProperties properties, Map<String, Map<String, String>> assigned) {
		Map<String, Settings> changes = new HashMap<>();
		assigned.forEach((dependency, own) -> changes.put(dependency, SettingsBinder.settings(own)));
		try {
			this.catalog
				.reconfigure(new PolicyResolver(properties.settingsByType(), properties.dependencies(), changes));
		}
		catch (InvalidSettingException ex) {
			throw new IllegalArgumentException(ex.getMessage(), ex);
		}
		catch (InvalidDependencyException ex) {
			throw new IllegalArgumentException(ex.getMessage() + ". " + ex.action(), ex);
		}
		List<DependencyPolicy> policies = this.registry.guards().stream().map(Guard::policy).toList();
		this.healthChecks.update(policies);
		this.partners.update(policies);
	}

}
