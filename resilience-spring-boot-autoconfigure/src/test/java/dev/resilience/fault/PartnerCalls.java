package dev.resilience.fault;

import java.net.URI;

import dev.resilience.Dependency;
import feign.RequestLine;

import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.service.annotation.PostExchange;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static dev.resilience.DependencyType.OPTIONAL;

/**
 * The same request for each type, of an HTTP interface and of a Feign client.
 */
interface PartnerCalls {

	/** Stands in for the partner's answer. */
	Receipt SUBSTITUTE = new Receipt("substitute");

	@PostExchange
	@RequestLine("POST")
	@Dependency(name = "critical", type = CRITICAL)
	Receipt critical(URI partner, @RequestBody String key);

	@PostExchange
	@RequestLine("POST")
	@Dependency(name = "idempotent", type = CRITICAL, idempotent = true)
	Receipt idempotent(URI partner, @RequestBody String key);

	@PostExchange
	@RequestLine("POST")
	@Dependency(name = "degraded", type = DEGRADED, fallback = "substitute")
	Receipt degraded(URI partner, @RequestBody String key);

	@PostExchange
	@RequestLine("POST")
	@Dependency(name = "optional", type = OPTIONAL)
	Receipt optional(URI partner, @RequestBody String key);

	@PostExchange
	@RequestLine("POST")
	@Dependency(name = "background", type = OPTIONAL)
	void background(URI partner, @RequestBody String key);

	default Receipt substitute(URI partner, String key) {
		return SUBSTITUTE;
	}

	/**
	 * What the partner answers.
	 *
	 * @param id something
	 */
	record Receipt(String id) {
	}

}
