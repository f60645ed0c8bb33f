package dev.resilience.diagnosis;

/**
 * What kind of trouble an incident is, where the figures allow to say so.
 */
public enum Category {

	/** It began shortly after something was changed or started. */
	CHANGE,

	/** Only corrupt data, or only one operation. */
	DATA,

	/** More is asked than usual, and what is repeated adds to it. */
	OVERLOAD,

	/** Something became slow, and what waits for it fills up. */
	CASCADE,

	/** Slots or connections are held without errors. */
	EXHAUSTION

}
