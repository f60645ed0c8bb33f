package dev.resilience.registry;

import java.net.URI;

/**
 * A URL as it may be shown: without user and password, and without the values of its
 * query.
 */
public final class RedactedUrl {

	private RedactedUrl() {
	}

	/**
	 * Leave out what is secret.
	 * @param url the URL
	 * @return the rest of it
	 */
	public static String of(URI url) {
		StringBuilder shown = new StringBuilder();
		if (url.getScheme() != null) {
			shown.append(url.getScheme()).append("://");
		}
		if (url.getHost() != null) {
			shown.append(url.getHost());
		}
		if (url.getPort() >= 0) {
			shown.append(':').append(url.getPort());
		}
		if (url.getRawPath() != null) {
			shown.append(url.getRawPath());
		}
		if (url.getRawQuery() != null) {
			shown.append('?').append(url.getRawQuery().replaceAll("(?<==)[^&]*|(?<=^|&)[^=&]+(?=&|$)", "***"));
		}
		return shown.toString();
	}

}
