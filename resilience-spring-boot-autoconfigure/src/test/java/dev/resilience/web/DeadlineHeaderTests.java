package dev.resilience.web;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import dev.resilience.Deadline;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DeadlineHeader}.
 */
class DeadlineHeaderTests {

	// close to the overflow, as System.nanoTime may be
	private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1000);

	private final DeadlineHeader header = new DeadlineHeader("X-Request-Timeout", this.clock::get);

	@Test
	void countsFromTheArrival() {
		Deadline deadline = this.header.read(List.of("1500"));
		assertThat(deadline).isNotNull();
		assertThat(deadline.remaining()).isEqualTo(Duration.ofMillis(1500));
		this.clock.addAndGet(Duration.ofMillis(400).toNanos());
		assertThat(deadline.remaining()).isEqualTo(Duration.ofMillis(1100));
		this.clock.addAndGet(Duration.ofMillis(1100).toNanos());
		assertThat(deadline.isExpired()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "000" })
	void nothingMayBeLeft(String value) {
		Deadline deadline = this.header.read(List.of(value));
		assertThat(deadline).isNotNull();
		assertThat(deadline.isExpired()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "9223372036854", "9223372036855", "999999999999999999" })
	void aHugeTimeIsALongTime(String value) {
		Deadline deadline = this.header.read(List.of(value));
		assertThat(deadline).isNotNull();
		assertThat(deadline.remaining()).isGreaterThan(Duration.ofDays(100 * 365));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "-1", "-0", "+5", "1.5", "1,5", "1e3", "0x10", "ten", "5s", "PT5S", "100, 200",
			"1000000000000000000", "99999999999999999999999999", "١٢", "5\n", "5\r\nX-Admin: true" })
	void whatIsNoTimeIsIgnored(String value) {
		assertThat(this.header.read(List.of(value))).isNull();
	}

	@Test
	void severalValuesAreIgnored() {
		assertThat(this.header.read(List.of("100", "100"))).isNull();
	}

	@Test
	void noValueIsNoDeadline() {
		assertThat(this.header.read(List.of())).isNull();
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void saysWhatItIgnoresWithoutControlCharacters(CapturedOutput output) {
		LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());
		logging.setLogLevel("dev.resilience", LogLevel.DEBUG);
		try {
			this.header.read(List.of("5\r\nX-Admin: \u001b[31mtrue"));
		}
		finally {
			logging.setLogLevel("dev.resilience", null);
		}
		assertThat(output)
			.contains("Ignored the header X-Request-Timeout with 1 value(s), the first one '5??X-Admin: ?[31mtrue'");
	}

}
