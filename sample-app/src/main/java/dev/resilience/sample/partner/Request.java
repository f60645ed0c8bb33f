package dev.resilience.sample.partner;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import com.sun.net.httpserver.HttpExchange;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request as a partner receives it.
 */
record Request(String method, String path, String body) {

	static Request read(HttpExchange exchange) throws IOException {
		byte[] body = exchange.getRequestBody().readAllBytes();
		return new Request(exchange.getRequestMethod(), exchange.getRequestURI().getPath(),
				new String(body, StandardCharsets.UTF_8));
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
