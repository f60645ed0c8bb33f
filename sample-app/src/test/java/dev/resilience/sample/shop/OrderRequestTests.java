package dev.resilience.sample.shop;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What an order must say.
 */
class OrderRequestTests {

	private static final List<@Nullable String> ITEMS = List.of("sku-1");

	@Test
	void aCompleteRequestIsAnOrder() {
		Order order = new OrderRequest("c1", ITEMS, new BigDecimal("0.01"), "c1@example.org").toOrder();
		assertThat(order.id()).isNotBlank();
		assertThat(order)
			.isEqualTo(new Order(order.id(), "c1", List.of("sku-1"), new BigDecimal("0.01"), "c1@example.org"));
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", " " })
	void theCustomerIsNotBlank(@Nullable String customer) {
		assertInvalid("customer", new OrderRequest(customer, ITEMS, BigDecimal.ONE, "c1@example.org"));
	}

	@Test
	void thereIsAnItemAndNoBlankOne() {
		assertInvalid("items", new OrderRequest("c1", null, BigDecimal.ONE, "c1@example.org"));
		assertInvalid("items", new OrderRequest("c1", List.of(), BigDecimal.ONE, "c1@example.org"));
		assertInvalid("items", new OrderRequest("c1", List.of("sku-1", ""), BigDecimal.ONE, "c1@example.org"));
		assertInvalid("items", new OrderRequest("c1", Arrays.asList("sku-1", null), BigDecimal.ONE, "c1@example.org"));
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "0", "0.00", "-1" })
	void theAmountIsPositive(@Nullable BigDecimal amount) {
		assertInvalid("amount", new OrderRequest("c1", ITEMS, amount, "c1@example.org"));
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", "example.org" })
	void theEmailHasAnAt(@Nullable String email) {
		assertInvalid("email", new OrderRequest("c1", ITEMS, BigDecimal.ONE, email));
	}

	private static void assertInvalid(String field, OrderRequest request) {
		assertThatExceptionOfType(InvalidOrderException.class).isThrownBy(request::toOrder).satisfies((ex) -> {
			assertThat(ex.getStatusCode().value()).isEqualTo(400);
			assertThat(ex.getBody().getProperties()).containsEntry("field", field);
			assertThat(ex.getBody().getDetail()).startsWith(field + " must");
		});
	}

}
