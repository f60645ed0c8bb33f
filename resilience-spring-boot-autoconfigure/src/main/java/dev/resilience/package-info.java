/**
 * What an application imports: the {@link dev.resilience.Dependency @Dependency}
 * annotation, the types and failure kinds it speaks of, the exceptions a caller may see,
 * and the programmatic entry points.
 */
@NullMarked
package dev.resilience;

import org.jspecify.annotations.NullMarked;
