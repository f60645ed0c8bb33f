package dev.resilience.sample.shop;

import java.math.BigDecimal;
import java.util.List;

/**
 * An order that can be processed.
 */
record Order(String id, String customer, List<String> items, BigDecimal amount, String email) {
}
