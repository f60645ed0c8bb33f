package dev.resilience.diagnosis;

import java.util.stream.Collectors;

import dev.resilience.signal.DependencyLog;
import org.slf4j.event.Level;

/**
 * Writes each incident into the log, once when it has begun and once when it is over.
 */
public final class IncidentLog implements Incidents.Listener {

	@Override
	public void began(Incident incident) {
		DependencyLog.line(Level.WARN, incident.firstToDeviate())
			.log("Incident since {}: {} deviated first ({}). {}", incident.since(), incident.firstToDeviate(),
					story(incident), incident.advice());
	}

	@Override
	public void ended(Incident incident) {
		DependencyLog.line(Level.INFO, incident.firstToDeviate())
			.log("The incident since {}, in which {} deviated first, is over since {}", incident.since(),
					incident.firstToDeviate(), incident.until());
	}

	private static String story(Incident incident) {
		String sequence = incident.sequence()
			.stream()
			.map((step) -> step.dependency() + " " + step.signal())
			.collect(Collectors.joining(", "));
		return (incident.category() == null) ? sequence
				: "%s; %s: %s".formatted(sequence, incident.category(), String.join(", ", incident.figures()));
	}

}
