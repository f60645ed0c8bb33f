/**
 * The actuator endpoint and the health of the dependencies.
 */
@NullMarked
package dev.resilience.actuate;

import org.jspecify.annotations.NullMarked;
