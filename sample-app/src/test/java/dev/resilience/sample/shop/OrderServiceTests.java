package dev.resilience.sample.shop;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

import dev.resilience.PartialFailureException;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;

/**
 * What the shop does in which order, and what it takes back.
 */
class OrderServiceTests {

	private static final Order ORDER = new Order("o1", "c1", List.of("sku-1"), BigDecimal.TEN, "c1@example.org");

	private final InventoryClient inventory = mock();

	private final PaymentClient payments = mock();

	private final RecommendationClient recommendations = mock();

	private final NotificationClient notifications = mock();

	private final OrderService orders = new OrderService(this.inventory, this.payments, this.recommendations,
			this.notifications);

	@Test
	void reservesThenChargesThenConfirms() {
		given(this.payments.charge("c1", BigDecimal.TEN)).willReturn("pay-1");
		given(this.recommendations.recommend("c1")).willReturn(List.of("mug"));
		assertThat(this.orders.processOrder(ORDER)).isEqualTo(new Receipt("COMPLETED", "pay-1", List.of("mug")));
		InOrder inOrder = inOrder(this.inventory, this.payments, this.notifications);
		inOrder.verify(this.inventory).reserve("o1", List.of("sku-1"));
		inOrder.verify(this.payments).charge("c1", BigDecimal.TEN);
		inOrder.verify(this.notifications).confirm("c1@example.org", "pay-1");
		inOrder.verifyNoMoreInteractions();
	}

	@Test
	void aFailedChargeReleasesTheStockAndIsThrown() {
		RuntimeException failure = new CardDeclinedException();
		given(this.payments.charge("c1", BigDecimal.TEN)).willThrow(failure);
		assertThatThrownBy(() -> this.orders.processOrder(ORDER)).isSameAs(failure);
		then(this.inventory).should().release("o1");
		then(this.notifications).shouldHaveNoInteractions();
	}

	@Test
	void aFailedReleaseDoesNotHideTheFailedCharge() {
		RuntimeException failure = new IllegalStateException("no charge");
		given(this.payments.charge("c1", BigDecimal.TEN)).willThrow(failure);
		willThrow(new IllegalStateException("no release")).given(this.inventory).release("o1");
		assertThatThrownBy(() -> this.orders.processOrder(ORDER)).isSameAs(failure);
	}

	@Test
	void aPartialReservationIsReleasedAndNotCharged() {
		PartialFailureException failure = new PartialFailureException(Map.of(),
				Map.of("sku-1", new IllegalStateException("sold out")));
		willThrow(failure).given(this.inventory).reserve("o1", List.of("sku-1"));
		assertThatThrownBy(() -> this.orders.processOrder(ORDER)).isSameAs(failure);
		then(this.inventory).should().release("o1");
		then(this.payments).shouldHaveNoInteractions();
	}

	@Test
	void aFailedReservationLeavesNothingToRelease() {
		RuntimeException failure = new IllegalStateException("no stock");
		willThrow(failure).given(this.inventory).reserve("o1", List.of("sku-1"));
		assertThatThrownBy(() -> this.orders.processOrder(ORDER)).isSameAs(failure);
		then(this.inventory).should().reserve("o1", List.of("sku-1"));
		then(this.inventory).shouldHaveNoMoreInteractions();
		then(this.payments).shouldHaveNoInteractions();
	}

}
