package dev.resilience.delivery;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

import dev.resilience.Dependency;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyType;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Sends parcels to a partner who is reached over HTTP, durably.
 */
@Configuration(proxyBeanMethods = false)
class ParcelClient {

	@Bean
	Parcels parcels(@Value("${parcels.url}") URI partner, @Value("${parcels.sender}") String sender) {
		return new Parcels(partner, sender);
	}

	static class Parcels {

		private final URI partner;

		private final String sender;

		Parcels(URI partner, String sender) {
			this.partner = partner;
			this.sender = sender;
		}

		@Dependency(name = "parcels", type = DependencyType.OPTIONAL)
		void send(Parcel parcel) {
			try {
				post(parcel);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		private void post(Parcel parcel) throws IOException {
			HttpURLConnection connection = (HttpURLConnection) this.partner.toURL().openConnection();
			connection.setRequestMethod("POST");
			connection.setRequestProperty("Idempotency-Key",
					DependencyCall.current().map(DependencyCall::idempotencyKey).orElse("none"));
			connection.setRequestProperty("Parcel", parcel.id());
			connection.setRequestProperty("Sender", this.sender);
			connection.setDoOutput(true);
			connection.getOutputStream().write(parcel.content().getBytes(StandardCharsets.UTF_8));
			int status = connection.getResponseCode();
			if (status != HttpURLConnection.HTTP_NO_CONTENT) {
				throw new IOException("The partner answers " + status);
			}
		}

	}

	record Parcel(String id, String content) {
	}

}
