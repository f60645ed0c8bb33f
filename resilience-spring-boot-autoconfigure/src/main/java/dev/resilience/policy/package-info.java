/**
 * What was decided for a dependency and its operations, and where each value came from.
 */
@NullMarked
package dev.resilience.policy;

import org.jspecify.annotations.NullMarked;
