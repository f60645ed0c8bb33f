/**
 * What the web sees of failed dependencies: problem details for critical failures that
 * nobody caught, a header on degraded responses, and HTTP clients that tell the guard
 * what they sent.
 */
@NullMarked
package dev.resilience.web;

import org.jspecify.annotations.NullMarked;
