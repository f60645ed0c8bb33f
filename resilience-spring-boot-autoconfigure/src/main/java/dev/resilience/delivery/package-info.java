/**
 * Durable delivery: calls are stored before they are attempted, and tried until the
 * partner has them.
 */
@NullMarked
package dev.resilience.delivery;

import org.jspecify.annotations.NullMarked;
