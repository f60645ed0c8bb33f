package dev.resilience.sample.shop;

import dev.resilience.Dependency;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

@Component
class NotificationClient {

	private final RestClient http;

	NotificationClient(RestClient.Builder http, @Value("${partners.notifications.url}") String url) {
		this.http = http.baseUrl(url).build();
	}

	@Dependency(name = "notifications")
	void confirm(String email, String paymentId) {
		this.http.post()
			.uri("/emails")
			.body(new Email(email, "Thank you! Your payment: " + paymentId))
			.retrieve()
			.requiredBody(Message.class);
	}

	private record Email(String to, String text) {
	}

	private record Message(String messageId) {
	}

}
