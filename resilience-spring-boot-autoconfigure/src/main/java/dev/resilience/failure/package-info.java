/**
 * From an exception to the kind of failure it is: one small classifier for each client
 * technology, active only when that technology is on the class path.
 */
@NullMarked
package dev.resilience.failure;

import org.jspecify.annotations.NullMarked;
