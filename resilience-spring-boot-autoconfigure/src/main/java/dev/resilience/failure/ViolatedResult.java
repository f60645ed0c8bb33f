package dev.resilience.failure;

import java.util.Set;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;

/**
 * A guarded method returned something that violates its constraints.
 */
public final class ViolatedResult extends ConstraintViolationException {

	/**
	 * Create a new exception.
	 * @param violations what is wrong with the result; not empty
	 */
	public ViolatedResult(Set<? extends ConstraintViolation<?>> violations) {
		super(violations);
	}

}
