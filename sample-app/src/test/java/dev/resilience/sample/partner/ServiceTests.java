package dev.resilience.sample.partner;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the partners answer.
 */
class ServiceTests {

	private static final Request RESERVE_THREE = new Request("POST", "/reservations", """
			{"order": "o1", "items": ["a", "b", "c"]}""");

	private static final Request RELEASE = new Request("DELETE", "/reservations/o1", "");

	private final Inventory inventory = new Inventory();

	@Test
	void inventoryReservesAllItems() {
		Answer answer = this.inventory.answer(RESERVE_THREE);
		assertThat(answer.body()).contains("\"reserved\":[\"a\",\"b\",\"c\"]", "\"failed\":{}");
	}

	@Test
	void partialInventoryReservesAllButTheLast() {
		Answer answer = this.inventory.partialAnswer(RESERVE_THREE);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.cut()).isFalse();
		assertThat(answer.body()).contains("\"reserved\":[\"a\",\"b\"]", "\"failed\":{\"c\":\"sold out\"}");
	}

	@Test
	void inventoryReleases() {
		assertThat(this.inventory.answer(RELEASE).body()).isEqualTo("{\"released\":\"o1\"}");
		assertThat(this.inventory.partialAnswer(RELEASE).body()).isEqualTo("{\"released\":\"o1\"}");
	}

	@Test
	void recommendationsIgnoreTheQuery() {
		Answer answer = new Recommendations().answer(new Request("GET", "/recommendations", ""));
		assertThat(answer.body()).contains("espresso machine");
	}

	@Test
	void notificationsAcceptAnEmail() {
		assertThat(new Notifications().answer(new Request("POST", "/emails", "{}")).status()).isEqualTo(202);
	}

	@Test
	void unknownRequestsAreNotFound() {
		Request unknown = new Request("PATCH", "/reservations", "{}");
		assertThat(this.inventory.answer(unknown).status()).isEqualTo(404);
		assertThat(new Payments().answer(unknown).status()).isEqualTo(404);
		assertThat(new Notifications().answer(unknown).status()).isEqualTo(404);
		assertThat(new Recommendations().answer(unknown).status()).isEqualTo(404);
	}

}
