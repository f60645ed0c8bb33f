/**
 * The live dependencies of an application, and the map of them as a read model.
 */
@NullMarked
package dev.resilience.registry;

import org.jspecify.annotations.NullMarked;
