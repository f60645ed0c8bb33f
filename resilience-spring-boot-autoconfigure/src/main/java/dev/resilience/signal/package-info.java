/**
 * What happened: the outcome of each logical call, told once to all who listen.
 */
@NullMarked
package dev.resilience.signal;

import org.jspecify.annotations.NullMarked;
