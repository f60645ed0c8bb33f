/**
 * The sample: a {@link dev.resilience.sample.shop shop} and the
 * {@link dev.resilience.sample.partner partners} it depends on, in one process.
 */
@NullMarked
package dev.resilience.sample;

import org.jspecify.annotations.NullMarked;
