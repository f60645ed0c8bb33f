package dev.resilience.registry;

import dev.resilience.guard.Form;

/**
 * The ways in which work is handed in.
 */
enum HandedIn {

	/** A call with a result. */
	CALL(Form.BLOCKING),

	/** A call without a result. */
	RUN(Form.BLOCKING),

	/** A call whose result comes through a stage. */
	STAGE(Form.STAGE),

	/** A {@code Mono}. */
	MONO(Form.MONO),

	/** A {@code Flux}. */
	FLUX(Form.FLUX);

	private final Form form;

	HandedIn(Form form) {
		this.form = form;
	}

	Form form() {
		return this.form;
	}

}
