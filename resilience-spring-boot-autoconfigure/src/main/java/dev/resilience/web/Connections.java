package dev.resilience.web;

import java.util.List;

import dev.resilience.FailureKind;
import dev.resilience.failure.FailureClassification;

/**
 * Knows whether an exchange failed before anything was sent. That is a fact of the
 * client's technology, so the application's own classifiers have no say in it.
 */
final class Connections {

	private static final FailureClassification BUILT_IN = FailureClassification.create(List.of(),
			Connections.class.getClassLoader());

	private Connections() {
	}

	static boolean noneCameAbout(Throwable exception) {
		return BUILT_IN.classify(exception).kind() == FailureKind.CONNECTION_REFUSED;
	}

}
