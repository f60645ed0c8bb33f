/**
 * The meters of the dependencies.
 */
@NullMarked
package dev.resilience.metrics;

import org.jspecify.annotations.NullMarked;
