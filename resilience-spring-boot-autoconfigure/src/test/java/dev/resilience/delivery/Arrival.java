package dev.resilience.delivery;

/**
 * A parcel that has arrived at the partner.
 *
 * @param moment when, in the order of all that happened
 * @param id the parcel
 * @param key its idempotency key
 * @param sender the instance that has sent it
 * @param taken whether the partner took it, or refused it
 */
record Arrival(long moment, String id, String key, String sender, boolean taken) {
}
