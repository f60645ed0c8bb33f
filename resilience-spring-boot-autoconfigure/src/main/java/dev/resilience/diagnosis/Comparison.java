package dev.resilience.diagnosis;

import org.jspecify.annotations.Nullable;

/**
 * What a dependency does at present, beside what it usually does.
 *
 * @param demand calls a second that are wanted of it
 * @param usualDemand how many usually are, {@code null} if that is not known
 * @param retries attempts a second that are made again
 * @param usualRetries how many usually are, {@code null} if that is not known
 * @param errors calls that have failed of late
 * @param corrupt how many of them failed with corrupt data
 */
public record Comparison(double demand, @Nullable Double usualDemand, double retries, @Nullable Double usualRetries,
		long errors, long corrupt) {
}
