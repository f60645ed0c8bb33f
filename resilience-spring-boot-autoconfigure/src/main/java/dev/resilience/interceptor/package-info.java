/**
 * From annotated methods to guarded operations: resolved when the application starts, and
 * found without a search when it calls.
 */
@NullMarked
package dev.resilience.interceptor;

import org.jspecify.annotations.NullMarked;
