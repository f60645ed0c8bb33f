package dev.resilience.signal;

import java.util.Random;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Distribution}.
 */
class DistributionTests {

	private final Histogram histogram = new Histogram(600_000_000, 2);

	@Test
	void nothing() {
		assertThat(Distribution.of(this.histogram, 0).total()).isZero();
		assertThat(Distribution.EMPTY.percentile(99)).isZero();
		assertThat(Distribution.EMPTY.above(0)).isZero();
	}

	@Test
	void percentilesAreThoseOfTheHistogram() {
		Random random = new Random(1);
		for (int i = 0; i < 10_000; i++) {
			this.histogram.recordValue((long) Math.exp(10 + random.nextGaussian()));
		}
		Distribution distribution = Distribution.of(this.histogram, 0);
		assertThat(distribution.total()).isEqualTo(10_000);
		for (double percent : new double[] { 1, 50, 90, 95, 99, 99.9, 100 }) {
			assertThat(distribution.percentile(percent))
				.isEqualTo(this.histogram.getValueAtPercentile(percent) / 1000.0);
		}
		assertThat(distribution.above(distribution.percentile(99))).isLessThanOrEqualTo(100);
	}

	@Test
	void whatCameSinceAndWhatCameBeforeIsAll() {
		record(10, 20, 30);
		Distribution before = Distribution.of(this.histogram, 0);
		record(5, 20, 20, 600_000_000);
		Distribution all = Distribution.of(this.histogram, 8);
		Distribution since = all.since(before);
		assertThat(since.total()).isEqualTo(4);
		assertThat(since.percentile(0)).isEqualTo(0.005);
		assertThat(since.above(0.025)).isEqualTo(1);
		assertThat(since.plus(before)).usingRecursiveComparison().isEqualTo(all);
		assertThat(before.plus(since)).usingRecursiveComparison().isEqualTo(all);
		assertThat(all.since(all).total()).isZero();
	}

	@Test
	void aCountThatPassesTheLimitOfAnIntGoesOn() {
		this.histogram.recordValueWithCount(10, Integer.MAX_VALUE);
		Distribution before = Distribution.of(this.histogram, 0);
		this.histogram.recordValueWithCount(10, 3);
		this.histogram.recordValueWithCount(20, 1);
		Distribution later = Distribution.of(this.histogram, 0);
		assertThat(later.since(before).total()).isEqualTo(4);
		this.histogram.recordValueWithCount(10, (1L << 31) - 2);
		Distribution wrapped = Distribution.of(this.histogram, 0);
		this.histogram.recordValueWithCount(20, 2);
		assertThat(Distribution.of(this.histogram, 0).since(wrapped).total()).isEqualTo(2);
	}

	private void record(long... micros) {
		for (long each : micros) {
			this.histogram.recordValue(each);
		}
	}

}
