package dev.resilience.delivery;

import java.time.Duration;

/**
 * How this instance delivers.
 *
 * @param instance its name, under which it has calls in hand
 * @param pollInterval how often it looks for calls that are due
 * @param heartbeat how often it says that it lives
 * @param grace how long it lets calls end when it stops
 */
public record DeliverySettings(String instance, Duration pollInterval, Duration heartbeat, Duration grace) {
}
