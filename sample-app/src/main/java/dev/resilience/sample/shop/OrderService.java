package dev.resilience.sample.shop;

import java.util.List;

import dev.resilience.PartialFailureException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Service;

/**
 * Takes orders. There is nothing about failing partners in here but the business' own
 * rule: what was reserved for an order that was not paid is released. A reservation whose
 * answer never came is left to the inventory, which lets reservations expire.
 */
@Service
class OrderService {

	private static final Logger logger = LoggerFactory.getLogger(OrderService.class);

	private final InventoryClient inventory;

	private final PaymentClient payments;

	private final RecommendationClient recommendations;

	private final NotificationClient notifications;

	OrderService(InventoryClient inventory, PaymentClient payments, RecommendationClient recommendations,
			NotificationClient notifications) {
		this.inventory = inventory;
		this.payments = payments;
		this.recommendations = recommendations;
		this.notifications = notifications;
	}

	Receipt processOrder(Order order) {
		reserve(order);
		String paymentId = charge(order);
		List<String> recommended = this.recommendations.recommend(order.customer());
		this.notifications.confirm(order.email(), paymentId);
		return Receipt.completed(paymentId, recommended);
	}

	private void reserve(Order order) {
		try {
			this.inventory.reserve(order.id(), order.items());
		}
		catch (PartialFailureException ex) {
			release(order);
			throw ex;
		}
	}

	private String charge(Order order) {
		try {
			return this.payments.charge(order.customer(), order.amount());
		}
		catch (RuntimeException ex) {
			release(order);
			throw ex;
		}
	}

	private void release(Order order) {
		try {
			this.inventory.release(order.id());
		}
		catch (RuntimeException ex) {
			// The customer is to hear of the first failure, not of this one
			logger.warn("The stock of order {} stays reserved", order.id(), ex);
		}
	}

}
