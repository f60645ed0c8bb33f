package dev.resilience.policy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Rate} and {@link Window}.
 */
class RateTests {

	@ParameterizedTest
	@CsvSource({ "50%, 0.5", "0.5, 0.5", "100%, 1", "1, 1", "' 12.5 % ', 0.125" })
	void rateIsAPercentageOrAShare(String text, double value) {
		assertThat(Rate.of(text).value()).isEqualTo(value);
	}

	@ParameterizedTest
	@ValueSource(strings = { "50", "0", "0%", "101%", "-5%", "NaN", "half", "", "%" })
	void anythingElseIsNoRate(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> Rate.of(text))
			.withMessageContaining("'50%' or '0.5'")
			.withMessageContaining("'" + text + "'");
	}

	@Test
	void windowIsATimeOrANumberOfCalls() {
		assertThat(Window.of("20s")).isEqualTo(new Window(java.time.Duration.ofSeconds(20), 0));
		assertThat(Window.of("1500ms")).isEqualTo(new Window(java.time.Duration.ofSeconds(2), 0));
		assertThat(Window.of("100")).isEqualTo(new Window(null, 100));
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "0s", "10ms", "-1s", "many", "", "99999999999" })
	void anythingElseIsNoWindow(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> Window.of(text))
			.withMessageContaining("a window is a duration")
			.withMessageContaining("'" + text + "'");
	}

}
