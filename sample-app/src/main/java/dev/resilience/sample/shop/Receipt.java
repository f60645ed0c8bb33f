package dev.resilience.sample.shop;

import java.util.List;

/**
 * What the customer gets to know about an order that was taken.
 */
record Receipt(String status, String paymentId, List<String> recommendations) {

	static Receipt completed(String paymentId, List<String> recommendations) {
		return new Receipt("COMPLETED", paymentId, recommendations);
	}

}
