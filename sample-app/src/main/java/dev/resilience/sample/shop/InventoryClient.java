package dev.resilience.sample.shop;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.resilience.Dependency;
import dev.resilience.PartialFailureException;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

@Component
class InventoryClient {

	private final RestClient http;

	InventoryClient(RestClient.Builder http, @Value("${partners.inventory.url}") String url) {
		this.http = http.baseUrl(url).build();
	}

	@Dependency(name = "inventory")
	void reserve(String order, List<String> items) {
		this.http.post()
			.uri("/reservations")
			.body(new Reservation(order, items))
			.retrieve()
			.requiredBody(Stock.class)
			.requireComplete();
	}

	@Dependency(name = "inventory", idempotent = true)
	void release(String order) {
		this.http.delete().uri("/reservations/{order}", order).retrieve().requiredBody(Release.class);
	}

	private record Reservation(String order, List<String> items) {
	}

	private record Release(String released) {
	}

	private record Stock(List<String> reserved, Map<String, String> failed) {

		void requireComplete() {
			if (!this.failed.isEmpty()) {
				throw new PartialFailureException(succeeded(), causes());
			}
		}

		private Map<String, Boolean> succeeded() {
			Map<String, Boolean> succeeded = new LinkedHashMap<>();
			this.reserved.forEach((item) -> succeeded.put(item, true));
			return succeeded;
		}

		private Map<String, Exception> causes() {
			Map<String, Exception> causes = new LinkedHashMap<>();
			this.failed.forEach((item, reason) -> causes.put(item, new IllegalStateException(reason)));
			return causes;
		}

	}

}
