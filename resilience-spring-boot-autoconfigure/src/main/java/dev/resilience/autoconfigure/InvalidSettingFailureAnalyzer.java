package dev.resilience.autoconfigure;

import dev.resilience.policy.InvalidSettingException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains a setting whose value makes no sense.
 */
class InvalidSettingFailureAnalyzer extends AbstractFailureAnalyzer<InvalidSettingException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidSettingException cause) {
		return new FailureAnalysis(
				"The setting '%s' has the value '%s', which makes no sense.".formatted(cause.key(), cause.value()),
				"Give it %s.".formatted(cause.allowed()), cause);
	}

}
