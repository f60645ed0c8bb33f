package dev.resilience.interceptor;

import java.util.List;

import dev.resilience.guard.WayOut;
import org.jspecify.annotations.Nullable;

/**
 * The ways out of a method.
 *
 * @param inOrder all of them, the first choice first
 * @param lastGood the one that wants to know the good values, {@code null} if there is
 * none
 */
record WayOuts(List<WayOut> inOrder, @Nullable LastGood lastGood) {
}
