package dev.resilience.policy;

import java.math.BigDecimal;

/**
 * A share between 0 and 1, written {@code 50%} or {@code 0.5}.
 *
 * @param value the share; above 0, at most 1
 */
public record Rate(double value) {

	public Rate {
		if (!(value > 0 && value <= 1)) {
			throw new IllegalArgumentException(
					"a rate is written as '50%%' or '0.5': above 0 and at most 100%% (or 1), not '%s'"
						.formatted(value));
		}
	}

	/**
	 * Read a rate. Spring's conversion service finds this method by its name.
	 * @param text {@code 50%} or {@code 0.5}
	 * @return the rate
	 */
	public static Rate of(String text) {
		String trimmed = text.trim();
		try {
			// 99.9% is 0.999, not a little more
			return trimmed.endsWith("%") ? new Rate(
					new BigDecimal(trimmed.substring(0, trimmed.length() - 1).trim()).movePointLeft(2).doubleValue())
					: new Rate(Double.parseDouble(trimmed));
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(
					"a rate is written as '50%%' or '0.5': above 0 and at most 100%% (or 1), not '%s'".formatted(text),
					ex);
		}
	}

	/**
	 * Read a rate that YAML took for a number.
	 * @param number {@code 0.5}
	 * @return the rate
	 */
	public static Rate of(Double number) {
		return new Rate(number);
	}

	/**
	 * Read a rate that YAML took for a whole number, of which only 1 is one.
	 * @param number {@code 1}
	 * @return the rate
	 */
	public static Rate of(Integer number) {
		return new Rate(number);
	}

}
