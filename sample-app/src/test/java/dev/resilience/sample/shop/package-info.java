@NullMarked
package dev.resilience.sample.shop;

import org.jspecify.annotations.NullMarked;
