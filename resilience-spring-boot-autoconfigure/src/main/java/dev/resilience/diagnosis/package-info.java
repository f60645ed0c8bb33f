/**
 * Finds out what is wrong: compares what dependencies do with what they usually do.
 */
@NullMarked
package dev.resilience.diagnosis;

import org.jspecify.annotations.NullMarked;
