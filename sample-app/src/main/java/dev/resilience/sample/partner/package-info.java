/**
 * The shop's partners: real HTTP servers on loopback ports of their own, which can be
 * broken for real. Nothing in here knows the shop or the starter.
 */
@NullMarked
package dev.resilience.sample.partner;

import org.jspecify.annotations.NullMarked;
