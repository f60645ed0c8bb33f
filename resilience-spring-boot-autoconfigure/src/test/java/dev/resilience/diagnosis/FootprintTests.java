package dev.resilience.diagnosis;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is kept of a dependency that is called all the time: a thousand of them need at
 * most 64 MB.
 */
class FootprintTests {

	private static final int DEPENDENCIES = 30;

	private static final long MOST_BYTES = 64 * 1024;

	private static final int QUARTER_OF_AN_HOUR = 900;

	@Test
	void aQuarterOfAnHour() {
		List<Traffic> traffic = new ArrayList<>();
		for (int i = 0; i < DEPENDENCIES; i++) {
			traffic.add(new Traffic(i, 20, 0, 40, 0.5, 0.01, 25));
		}
		long before = used();
		traffic.forEach((each) -> each.pass(QUARTER_OF_AN_HOUR));
		assertThat((used() - before) / DEPENDENCIES).isBetween(1024L, MOST_BYTES);
		assertThat(traffic).hasSize(DEPENDENCIES);
	}

	private static long used() {
		Runtime runtime = Runtime.getRuntime();
		long least = Long.MAX_VALUE;
		for (int i = 0; i < 5; i++) {
			System.gc();
			least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
		}
		return least;
	}

}
