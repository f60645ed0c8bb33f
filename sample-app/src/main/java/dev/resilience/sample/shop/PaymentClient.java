package dev.resilience.sample.shop;

import java.math.BigDecimal;

import dev.resilience.Dependency;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

@Component
class PaymentClient {

	private final RestClient http;

	PaymentClient(RestClient.Builder http, @Value("${partners.payments.url}") String url) {
		this.http = http.baseUrl(url).build();
	}

	@Dependency(name = "payments", ignore = CardDeclinedException.class)
	String charge(String customer, BigDecimal amount) {
		return this.http.post()
			.uri("/charges")
			.body(new Charge(customer, amount))
			.retrieve()
			.onStatus(HttpStatus.PAYMENT_REQUIRED::equals, (request, response) -> {
				throw new CardDeclinedException();
			})
			.requiredBody(Payment.class)
			.paymentId();
	}

	private record Charge(String customer, BigDecimal amount) {
	}

	private record Payment(String paymentId) {
	}

}
