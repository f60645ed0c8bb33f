package dev.resilience.sample.partner;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the partners answer.
 */
@ExtendWith(OutputCaptureExtension.class)
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
	void notificationsNoteInOneLineWhatArrives(CapturedOutput output) {
		new Notifications().received(new Request("POST", "/emails", "{\"to\": \"c1\\nc2\"}", "key-1"));
		new Notifications().received(new Request("POST", "/emails", "{"));
		new Notifications().received(new Request("POST", "/elsewhere", "{}"));
		assertThat(output.getOut().lines()).hasSize(2)
			.first()
			.asString()
			.endsWith("E-mail to \"c1\\nc2\" received, Idempotency-Key key-1");
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
