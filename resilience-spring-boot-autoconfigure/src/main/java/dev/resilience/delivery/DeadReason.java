package dev.resilience.delivery;

/**
 * Why a call is tried no more.
 */
enum DeadReason {

	/** Another attempt would end in the same way. */
	PERMANENT,

	/** It was attempted as often as it may be. */
	ATTEMPTS,

	/** It was tried as long as it may be. */
	EXPIRED,

	/** There is no such operation any more. */
	UNKNOWN_OPERATION,

	/** Its arguments are not understood any more. */
	UNREADABLE

}
