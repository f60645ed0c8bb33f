/**
 * Turns properties into policies and wires everything up. Nobody imports it.
 */
@NullMarked
package dev.resilience.autoconfigure;

import org.jspecify.annotations.NullMarked;
