package dev.resilience.sample.shop;

import java.math.BigDecimal;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;

/**
 * An order as it arrives, in which anything may be missing.
 */
record OrderRequest(@Nullable String customer, @Nullable List<@Nullable String> items, @Nullable BigDecimal amount,
		@Nullable String email) {

	Order toOrder() {
		String id = UUID.randomUUID().toString();
		return new Order(id, validCustomer(), validItems(), validAmount(), validEmail());
	}

	private String validCustomer() {
		if (this.customer == null || this.customer.isBlank()) {
			throw new InvalidOrderException("customer", "must not be blank");
		}
		return this.customer;
	}

	private List<String> validItems() {
		if (this.items == null || this.items.isEmpty() || !this.items.stream().allMatch(StringUtils::hasText)) {
			throw new InvalidOrderException("items", "must name at least one item, and no blank one");
		}
		return List.copyOf(this.items);
	}

	private BigDecimal validAmount() {
		if (this.amount == null || this.amount.signum() <= 0) {
			throw new InvalidOrderException("amount", "must be greater than 0");
		}
		return this.amount;
	}

	private String validEmail() {
		if (this.email == null || !this.email.contains("@")) {
			throw new InvalidOrderException("email", "must contain an @");
		}
		return this.email;
	}

}
