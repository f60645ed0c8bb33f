package dev.resilience.guard;

import java.time.Duration;

import dev.resilience.SwitchPosition;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Switch}.
 */
class SwitchTests {

	private final TestClock clock = new TestClock();

	private final Switch control = new Switch("partner", SwitchPosition.BYPASS, (event) -> {
	});

	@Test
	void startsInThePositionOfTheProperty() {
		assertThat(position()).isEqualTo(SwitchPosition.BYPASS);
	}

	@Test
	void staysWhereItWasThrown() {
		this.control.set(SwitchPosition.OFF, "maintenance", null, this.clock.getAsLong());
		this.clock.advance(Duration.ofDays(30));
		assertThat(position()).isEqualTo(SwitchPosition.OFF);
		assertThat(this.control.read(this.clock.getAsLong()).reason()).isEqualTo("maintenance");
	}

	@Test
	void returnsToThePositionOfThePropertyAfterItsDuration() {
		this.control.set(SwitchPosition.OFF, null, Duration.ofMinutes(15), this.clock.getAsLong());
		this.clock.advance(Duration.ofMinutes(15).minusNanos(1));
		assertThat(position()).isEqualTo(SwitchPosition.OFF);
		this.clock.advance(Duration.ofNanos(1));
		assertThat(position()).isEqualTo(SwitchPosition.BYPASS);
		assertThat(this.control.read(this.clock.getAsLong()).duration()).isNull();
	}

	@Test
	void holdsForADurationLongerThanAnyClock() {
		this.control.set(SwitchPosition.OFF, null, Duration.ofDays(1_000_000), this.clock.getAsLong());
		this.clock.advance(Duration.ofDays(300));
		assertThat(position()).isEqualTo(SwitchPosition.OFF);
	}

	@Test
	void returnsToWhereverThePropertyHasItThen() {
		this.control.returnTo(SwitchPosition.OFF);
		assertThat(position()).isEqualTo(SwitchPosition.OFF);
		this.control.set(SwitchPosition.AUTO, null, Duration.ofMinutes(1), this.clock.getAsLong());
		this.control.returnTo(SwitchPosition.BYPASS);
		assertThat(position()).isEqualTo(SwitchPosition.AUTO);
		this.clock.advance(Duration.ofMinutes(1));
		assertThat(this.control.isThrown(this.clock.getAsLong())).isFalse();
		assertThat(position()).isEqualTo(SwitchPosition.BYPASS);
	}

	private SwitchPosition position() {
		return this.control.position(this.clock.getAsLong());
	}

}
