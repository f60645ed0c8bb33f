package dev.resilience.sample.partner;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Shows the partners, breaks them and heals them.
 */
@RestController
@RequestMapping("/partners")
class PartnersController {

	private final Partners partners;

	PartnersController(Partners partners) {
		this.partners = partners;
	}

	@GetMapping
	Map<String, PartnerState> partners() {
		Map<String, PartnerState> states = new LinkedHashMap<>();
		this.partners.byName().forEach((name, partner) -> states.put(name, PartnerState.of(partner)));
		return states;
	}

	@PutMapping("/{name}/fault")
	PartnerState fault(@PathVariable String name, @RequestBody FaultRequest request) {
		Partner partner = this.partners.find(name);
		if (partner == null) {
			throw new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no partner '%s', only %s".formatted(name,
					String.join(", ", this.partners.byName().keySet())));
		}
		Fault fault = Fault.of(request.mode())
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.BAD_REQUEST,
					"Unknown mode '%s', allowed are %s".formatted(request.mode(), Fault.modes())));
		partner.fault(fault);
		return PartnerState.of(partner);
	}

	record FaultRequest(@Nullable String mode) {
	}

	record PartnerState(String mode, long requests, URI url) {

		static PartnerState of(Partner partner) {
			return new PartnerState(partner.fault().mode(), partner.requests(), partner.uri());
		}

	}

}
