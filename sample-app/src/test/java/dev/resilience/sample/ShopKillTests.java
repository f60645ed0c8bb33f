package dev.resilience.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The shop is killed while the notifications are broken, and started again: what the
 * README shows, without its long waits.
 */
@Timeout(180)
class ShopKillTests {

	private static final Pattern RECEIVED = Pattern.compile("E-mail to \"(.+)\" received, Idempotency-Key (\\S+)");

	private static final int ORDERS = 5;

	private int customers;

	@TempDir
	private Path directory;

	@Test
	void everyEmailArrivesAndAgainWithTheSameKeyWhatWasNotAnswered() throws Exception {
		Set<String> ordered;
		try (ShopProcess shop = start()) {
			ordered = order(shop, "refuse");
			assertThat(received(shop)).isEmpty();
			// counted now and then
			waiting().until(() -> deliveries(shop).path("pending").asInt() == ORDERS);
			shop.kill();
		}
		Map<String, Set<String>> unanswered;
		try (ShopProcess shop = start()) {
			assertAllArrive(shop, ordered);
			Set<String> orderedNow = order(shop, "hang");
			waiting().untilAsserted(() -> assertThat(received(shop)).containsKeys(orderedNow.toArray(String[]::new)));
			unanswered = received(shop);
			unanswered.keySet().retainAll(orderedNow);
			shop.kill();
		}
		assertThat(unanswered.values()).allSatisfy((keys) -> assertThat(keys).hasSize(1)).doesNotHaveDuplicates();
		try (ShopProcess shop = start()) {
			assertAllArrive(shop, unanswered.keySet());
			assertThat(received(shop)).isEqualTo(unanswered);
		}
	}

	private static void assertAllArrive(ShopProcess shop, Set<String> emails) {
		waiting().untilAsserted(() -> assertThat(received(shop)).containsOnlyKeys(emails));
		waiting().until(() -> deliveries(shop).path("pending").asInt() == 0);
		assertThat(deliveries(shop).path("dead").asInt()).isZero();
		assertThat(deliveries(shop).path("durable").asBoolean()).isTrue();
	}

	private ShopProcess start() throws IOException {
		return ShopProcess.start(System.getProperty("java.class.path"),
				// starts sooner
				"-XX:TieredStopAtLevel=1", "-Dresilience.delivery.directory=" + this.directory,
				"-Dresilience.delivery.heartbeat=100ms", "-Dresilience.delivery.poll-interval=50ms");
	}

	/** Place orders of different customers. */
	private Set<String> order(ShopProcess shop, String fault) {
		ShopDriver driver = shop.driver();
		assertThat(driver.fault("notifications", fault).status()).isEqualTo(200);
		Set<String> emails = new TreeSet<>();
		for (int i = 0; i < ORDERS; i++) {
			String email = "c%d@example.org".formatted(++this.customers);
			assertThat(driver.order("c" + this.customers, email).status()).isEqualTo(201);
			emails.add(email);
		}
		return emails;
	}

	/** The keys of the e-mails that the partner has received, by their recipients. */
	private static Map<String, Set<String>> received(ShopProcess shop) {
		Map<String, Set<String>> keys = new TreeMap<>();
		Matcher line = RECEIVED.matcher(shop.log());
		while (line.find()) {
			keys.computeIfAbsent(line.group(1), (email) -> new TreeSet<>()).add(line.group(2));
		}
		return keys;
	}

	private static JsonNode deliveries(ShopProcess shop) {
		return shop.driver().dependency("notifications").path("delivery");
	}

	private static ConditionFactory waiting() {
		return await().atMost(Duration.ofSeconds(60));
	}

}
