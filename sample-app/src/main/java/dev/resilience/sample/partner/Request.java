package dev.resilience.sample.partner;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import com.sun.net.httpserver.HttpExchange;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request as a partner receives it.
 *
 * @param method the HTTP method
 * @param path the path, without a query
 * @param body the whole body
 * @param idempotencyKey the header by which repetitions are recognised, {@code null} if
 * there is none
 */
record Request(String method, String path, String body, @Nullable String idempotencyKey) {

	Request(String method, String path, String body) {
		this(method, path, body, null);
	}

	static Request read(HttpExchange exchange) throws IOException {
		byte[] body = exchange.getRequestBody().readAllBytes();
		return new Request(exchange.getRequestMethod(), exchange.getRequestURI().getPath(),
				new String(body, StandardCharsets.UTF_8), exchange.getRequestHeaders().getFirst("Idempotency-Key"));
	}

	boolean isHealthCheck() {
		return is("GET", "/health");
	}

	boolean is(String method, String path) {
		return this.method.equals(method) && this.path.equals(path);
	}

	JsonNode json() {
		return JsonMapper.shared().readTree(this.body);
	}

}
