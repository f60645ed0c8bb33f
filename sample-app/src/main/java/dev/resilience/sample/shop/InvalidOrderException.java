package dev.resilience.sample.shop;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * An order that cannot be processed because of what it says.
 */
class InvalidOrderException extends ErrorResponseException {

	InvalidOrderException(String field, String reason) {
		super(HttpStatus.BAD_REQUEST, problem(field, reason), null);
	}

	private static ProblemDetail problem(String field, String reason) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, field + " " + reason);
		problem.setTitle("Invalid order");
		problem.setProperty("field", field);
		return problem;
	}

}
