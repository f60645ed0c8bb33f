package dev.resilience.autoconfigure;

import dev.resilience.diagnosis.IncidentLog;
import dev.resilience.guard.Threads;
import dev.resilience.registry.DependencyMonitor;
import dev.resilience.registry.SwitchChanges;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Who is told what happens to dependencies: listeners of application events, the log, and
 * the monitor.
 */
@Configuration(proxyBeanMethods = false)
class EventConfiguration {

	@Bean
	EventPublication resilienceEventPublication(ApplicationEventPublisher publisher, Threads threads) {
		return new EventPublication(publisher, threads.workers());
	}

	@Bean
	DependencyEvents resilienceDependencyEvents(EventPublication publication) {
		return new DependencyEvents(publication::publish);
	}

	@Bean
	SwitchChanges resilienceSwitchChanges(ObjectProvider<DependencyMonitor> monitor) {
		return new SwitchChanges(monitor::getObject);
	}

	@Bean
	IncidentLog resilienceIncidentLog() {
		return new IncidentLog();
	}

}
