package dev.resilience.diagnosis;

import java.util.stream.IntStream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Days of calm traffic: nothing is wrong, so nothing is said. All 50 days:
 * {@code -Dreplay.days=50}.
 */
class CalmTrafficTests {

	private static final int DAY = 86_400;

	private static final double RHYTHM = 0.8;

	private static final double[] RATES = { 0.2, 1, 5, 20, 50 };

	private static final double[] MEDIANS = { 2, 40, 150 };

	private static final double[] SIGMAS = { 0.3, 0.5, 0.8, 1.0 };

	private static final double[] ERROR_RATES = { 0, 0.001, 0.01, 0.05 };

	static IntStream days() {
		return IntStream.rangeClosed(1, Integer.getInteger("replay.days", 2));
	}

	@ParameterizedTest
	@MethodSource("days")
	void nothingIsSaid(int day) {
		double rate = RATES[day % RATES.length];
		double median = MEDIANS[day % MEDIANS.length];
		double sigma = SIGMAS[day % SIGMAS.length];
		// with room for twice what the busiest hour needs
		double needed = rate * (1 + RHYTHM) * median / 1000 * Math.exp(sigma * sigma / 2);
		Traffic traffic = new Traffic(day, rate, RHYTHM, median, sigma, ERROR_RATES[day % ERROR_RATES.length],
				(int) Math.max(25, 2 * needed));
		for (int second = 0; second < DAY; second++) {
			traffic.pass();
			assertThat(traffic.watch().deviations()).as("second %d", second).isEmpty();
		}
	}

}
