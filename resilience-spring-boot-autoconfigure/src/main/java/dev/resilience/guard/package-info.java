/**
 * The way of a call: switch, deadline, retry, breaker, bulkhead, rate limit, timeout,
 * fallback. Plain Java; all that is bought for it (the breaker's state machine, the token
 * bucket) is imported here and nowhere else.
 */
@NullMarked
package dev.resilience.guard;

import org.jspecify.annotations.NullMarked;
