package dev.resilience.diagnosis;

import java.util.Locale;

/**
 * Figures as people read them.
 */
final class Text {

	private Text() {
	}

	static String percent(double share) {
		double percent = share * 100;
		return String.format(Locale.ROOT, (percent >= 10 || percent == 0) ? "%.0f %%" : "%.1f %%", percent);
	}

	static String millis(double millis) {
		if (millis >= 1000) {
			return String.format(Locale.ROOT, "%.1f s", millis / 1000);
		}
		return String.format(Locale.ROOT, (millis >= 10) ? "%.0f ms" : "%.1f ms", millis);
	}

	static String perSecond(double rate) {
		return String.format(Locale.ROOT, (rate >= 10 || rate == 0) ? "%.0f/s" : "%.1f/s", rate);
	}

}
