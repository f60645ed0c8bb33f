package dev.resilience.guard;

/**
 * How an operation hands over its result.
 */
public enum Form {

	/** When it returns. */
	BLOCKING,

	/** Not at all: fire and forget. */
	BACKGROUND,

	/** Not at all: stored for later. */
	DURABLE,

	/** Through a {@code CompletionStage} or {@code Future}. */
	STAGE,

	/** Through a {@code Mono}. */
	MONO,

	/** Through a {@code Flux}. */
	FLUX

}
