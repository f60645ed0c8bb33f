package dev.resilience.sample.shop;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Takes orders over HTTP. What a failing critical partner means for the customer (502,
 * 503, 504) is the starter's business.
 */
@RestController
class OrderController {

	private final OrderService orders;

	OrderController(OrderService orders) {
		this.orders = orders;
	}

	@PostMapping("/orders")
	@ResponseStatus(HttpStatus.CREATED)
	Receipt order(@RequestBody OrderRequest request) {
		return this.orders.processOrder(request.toOrder());
	}

}
