package dev.resilience.sample.partner;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The shop's partners by name.
 */
class Partners implements AutoCloseable {

	private final Map<String, Partner> partners = new LinkedHashMap<>();

	Partners() {
		add("payments", new Payments());
		add("inventory", new Inventory());
		add("notifications", new Notifications());
		add("recommendations", new Recommendations());
	}

	private void add(String name, Service service) {
		this.partners.put(name, new Partner(name, service));
	}

	Map<String, Partner> byName() {
		return this.partners;
	}

	@Nullable Partner find(String name) {
		return this.partners.get(name);
	}

	@Override
	public void close() throws IOException {
		for (Partner partner : this.partners.values()) {
			partner.close();
		}
	}

}
