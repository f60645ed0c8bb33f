package dev.resilience.sample.shop;

import java.util.List;

import dev.resilience.Dependency;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

@Component
class RecommendationClient {

	private static final List<String> BEST_SELLERS = List.of("coffee beans", "paper filters", "big mug");

	private final RestClient http;

	RecommendationClient(RestClient.Builder http, @Value("${partners.recommendations.url}") String url) {
		this.http = http.baseUrl(url).build();
	}

	@Dependency(name = "recommendations", fallback = "bestSellers", idempotent = true)
	List<String> recommend(String customer) {
		return this.http.get()
			.uri("/recommendations?customer={customer}", customer)
			.retrieve()
			.requiredBody(Recommendations.class)
			.products();
	}

	private List<String> bestSellers(String customer) {
		return BEST_SELLERS;
	}

	private record Recommendations(List<String> products) {
	}

}
