package dev.resilience.delivery;

/**
 * A mail.
 *
 * @param to who gets it
 * @param text what it says
 */
record Mail(String to, String text) {
}
