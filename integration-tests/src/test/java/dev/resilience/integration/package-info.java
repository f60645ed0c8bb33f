/**
 * Tests with what others bring: tracers, and monitors that read the endpoint.
 */
@NullMarked
package dev.resilience.integration;

import org.jspecify.annotations.NullMarked;
