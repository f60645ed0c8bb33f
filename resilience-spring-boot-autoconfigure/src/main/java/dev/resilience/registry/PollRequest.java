package dev.resilience.registry;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * How a place is asked. The credentials of its URL are sent as basic authentication.
 *
 * @param <B> the type of the bodies
 * @param accept the media types of the answers
 * @param timeout bounds a request and its whole answer
 * @param body reads the bodies
 */
record PollRequest<B>(String accept, Duration timeout, BodyHandler<B> body) {

	/**
	 * Ask.
	 * @param client knows how to send
	 * @param url the place
	 * @param then is told once of the response, or why there is none
	 */
	void send(HttpClient client, URI url, BiConsumer<@Nullable HttpResponse<B>, @Nullable Throwable> then) {
		CompletableFuture<HttpResponse<B>> exchange;
		try {
			exchange = client.sendAsync(request(url), this.body);
		}
		catch (RuntimeException ex) {
			exchange = CompletableFuture.failedFuture(ex);
		}
		CompletableFuture<HttpResponse<B>> sent = exchange;
		// the client's own timeout ends with the headers
		sent.copy().orTimeout(this.timeout.toMillis(), TimeUnit.MILLISECONDS).whenComplete((response, failure) -> {
			sent.cancel(true);
			then.accept(response, (failure instanceof CompletionException && failure.getCause() != null)
					? failure.getCause() : failure);
		});
	}

	private HttpRequest request(URI url) {
		HttpRequest.Builder request = HttpRequest.newBuilder(withoutUser(url)).header("Accept", this.accept);
		if (url.getUserInfo() != null) {
			request.header("Authorization",
					"Basic " + Base64.getEncoder().encodeToString(url.getUserInfo().getBytes(StandardCharsets.UTF_8)));
		}
		return request.GET().build();
	}

	private static URI withoutUser(URI url) {
		return (url.getRawUserInfo() == null) ? url
				: URI.create(url.toString().replaceFirst("//" + Pattern.quote(url.getRawUserInfo()) + "@", "//"));
	}

}
