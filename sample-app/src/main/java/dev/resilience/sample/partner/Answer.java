package dev.resilience.sample.partner;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import com.sun.net.httpserver.HttpExchange;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a partner answers.
 *
 * @param status the HTTP status
 * @param body the whole body
 * @param cut whether the connection breaks half-way through the body
 */
record Answer(int status, String body, boolean cut) {

	Answer(int status, Object value) {
		this(status, JsonMapper.shared().writeValueAsString(value), false);
	}

	Answer cutOff() {
		return new Answer(this.status, this.body, true);
	}

	void send(HttpExchange exchange) {
		byte[] bytes = this.body.getBytes(StandardCharsets.UTF_8);
		try (exchange) {
			exchange.getResponseHeaders().set("Content-Type", "application/json");
			exchange.sendResponseHeaders(this.status, bytes.length);
			exchange.getResponseBody().write(bytes, 0, this.cut ? bytes.length / 2 : bytes.length);
		}
		catch (IOException ex) {
			// The caller has gone, which is what callers of a broken partner do
		}
	}

}
