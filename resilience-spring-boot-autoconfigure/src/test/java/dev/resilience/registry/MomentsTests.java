package dev.resilience.registry;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Moments}.
 */
class MomentsTests {

	private static final Instant START = Instant.parse("2026-11-21T06:00:00Z");

	private long nanos = Long.MAX_VALUE - 10;

	private Instant wall = START;

	private final Moments moments = new Moments(() -> this.nanos, () -> this.wall);

	@Test
	void aMomentIsAlwaysTheSame() {
		long moment = this.nanos - Duration.ofSeconds(3).toNanos();
		assertThat(this.moments.at(moment)).isEqualTo(START.minusSeconds(3));
		this.nanos += Duration.ofSeconds(100).toNanos();
		this.wall = START.plusSeconds(100).plusMillis(300);
		assertThat(this.moments.at(moment)).isEqualTo(START.minusSeconds(3));
	}

	@Test
	void aClockThatIsSetIsFollowed() {
		this.wall = START.minusSeconds(3600);
		assertThat(this.moments.at(this.nanos)).isEqualTo(START.minusSeconds(3600));
	}

}
