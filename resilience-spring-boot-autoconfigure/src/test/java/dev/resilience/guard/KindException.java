package dev.resilience.guard;

import java.util.List;

import dev.resilience.FailureKind;
import dev.resilience.failure.FailureClassification;

/**
 * An exception of a given kind.
 */
class KindException extends RuntimeException {

	private final FailureKind kind;

	KindException(FailureKind kind) {
		super(kind.name());
		this.kind = kind;
	}

	FailureKind kind() {
		return this.kind;
	}

	static FailureClassification classification() {
		return FailureClassification
			.create(List.of((failure) -> (failure instanceof KindException own) ? own.kind : null), null);
	}

}
