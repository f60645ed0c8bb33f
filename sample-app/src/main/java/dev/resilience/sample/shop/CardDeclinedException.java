package dev.resilience.sample.shop;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * The customer's bank said no. An answer of the payment partner, not a failure of it.
 */
class CardDeclinedException extends ErrorResponseException {

	CardDeclinedException() {
		super(HttpStatus.PAYMENT_REQUIRED, problem(), null);
	}

	private static ProblemDetail problem() {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.PAYMENT_REQUIRED,
				"Please try another card; nothing was charged");
		problem.setTitle("Card declined");
		return problem;
	}

}
