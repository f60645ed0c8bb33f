package dev.resilience.autoconfigure;

import dev.resilience.interceptor.InvalidDependencyException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains a {@code @Dependency} that cannot be honoured.
 */
class InvalidDependencyFailureAnalyzer extends AbstractFailureAnalyzer<InvalidDependencyException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidDependencyException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", cause.action(), cause);
	}

}
