package dev.resilience.guard;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PauseTests {

	private static final long START = Long.MAX_VALUE - Duration.ofSeconds(10).toNanos();

	private final Pause pause = new Pause(Duration.ofMinutes(1), START);

	@Test
	void isOffUntilTheDependencyAsksForIt() {
		assertThat(this.pause.isOn(after(0))).isFalse();
		assertThat(this.pause.remaining(after(0))).isNull();
	}

	@Test
	void lastsAsLongAsTheDependencyWants() {
		this.pause.extend(Duration.ofSeconds(20), after(0));
		assertThat(this.pause.isOn(after(19))).isTrue();
		assertThat(this.pause.remaining(after(19))).isEqualTo(Duration.ofSeconds(1));
		assertThat(this.pause.isOn(after(20))).isFalse();
		assertThat(this.pause.remaining(after(20))).isNull();
	}

	@Test
	void lastsNoLongerThanIsAllowed() {
		this.pause.extend(Duration.ofHours(1), after(0));
		assertThat(this.pause.isOn(after(59))).isTrue();
		assertThat(this.pause.isOn(after(60))).isFalse();
	}

	@Test
	void isNotCutShortByALaterWish() {
		this.pause.extend(Duration.ofSeconds(20), after(0));
		this.pause.extend(Duration.ofSeconds(1), after(5));
		assertThat(this.pause.isOn(after(19))).isTrue();
	}

	@Test
	void canBeAskedForAgain() {
		this.pause.extend(Duration.ofSeconds(1), after(0));
		assertThat(this.pause.isOn(after(2))).isFalse();
		this.pause.extend(Duration.ofSeconds(1), after(3));
		assertThat(this.pause.isOn(after(3))).isTrue();
	}

	// across the point where the clock overflows
	private static long after(int seconds) {
		return START + Duration.ofSeconds(seconds).toNanos();
	}

	@Test
	void aChangedLimitHoldsForPausesFromThenOn() {
		this.pause.extend(Duration.ofMinutes(5), START);
		this.pause.limitTo(Duration.ofSeconds(3));
		assertThat(this.pause.remaining(START)).isEqualTo(Duration.ofMinutes(1));
		long later = START + Duration.ofMinutes(2).toNanos();
		this.pause.extend(Duration.ofMinutes(5), later);
		assertThat(this.pause.remaining(later)).isEqualTo(Duration.ofSeconds(3));
	}

}
