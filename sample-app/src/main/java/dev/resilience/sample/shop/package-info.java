/**
 * A shop that takes orders and depends on four partners, each of them guarded by the
 * starter: the clients carry the annotation, {@code application.yml} the rest.
 */
@NullMarked
package dev.resilience.sample.shop;

import org.jspecify.annotations.NullMarked;
