package dev.resilience.failure;

import dev.resilience.FailureKind;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import org.jspecify.annotations.Nullable;

import org.springframework.validation.method.MethodValidationException;

/**
 * A violation of the method's own parameters is an answer; a result that violates its
 * constraints is corrupt.
 */
final class ValidationLinkClassifier implements LinkClassifier {

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (link instanceof ViolatedResult) {
			return Classification.of(FailureKind.CORRUPT_DATA);
		}
		if (link instanceof MethodValidationException adapted) {
			return adapted.isForReturnValue() ? Classification.of(FailureKind.CORRUPT_DATA) : Classification.ANSWER;
		}
		if (!(link instanceof ConstraintViolationException violations)) {
			return null;
		}
		for (ConstraintViolation<?> violation : violations.getConstraintViolations()) {
			for (Path.Node node : violation.getPropertyPath()) {
				if (node.getKind() == ElementKind.RETURN_VALUE) {
					return Classification.of(FailureKind.CORRUPT_DATA);
				}
				if (node.getKind() == ElementKind.PARAMETER || node.getKind() == ElementKind.CROSS_PARAMETER) {
					return Classification.ANSWER;
				}
			}
		}
		return null;
	}

}
