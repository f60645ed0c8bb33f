@NullMarked
package dev.resilience.sample.partner;

import org.jspecify.annotations.NullMarked;
