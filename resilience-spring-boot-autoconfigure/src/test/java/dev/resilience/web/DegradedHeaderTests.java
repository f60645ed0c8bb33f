package dev.resilience.web;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DegradedHeader}.
 */
class DegradedHeaderTests {

	private final DegradedHeader header = new DegradedHeader(true);

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "none", textBlock = """
			none                    | search | none | search
			none                    | search | 42   | search;age=42
			news                    | search | 42   | news, search;age=42
			news;age=7              | search | none | news;age=7, search
			search                  | search | 42   | search;age=42
			search;age=42           | search | none | search;age=42
			news, search;age=7      | search | 42   | news, search;age=42
			search;age=42, news     | search | 7    | search;age=42, news
			search;age=old          | search | 7    | search;age=old, search;age=7
			""")
	void namesEachDependencyOnceWithTheAgeOfTheOldestData(@Nullable String value, String dependency,
			@Nullable Integer age, String expected) {
		assertThat(this.header.add(value, dependency, (age != null) ? Duration.ofSeconds(age) : null))
			.isEqualTo(expected);
	}

	@Test
	void countsWholeSeconds() {
		assertThat(this.header.add(null, "search", Duration.ofMillis(999))).isEqualTo("search;age=0");
		assertThat(this.header.add(null, "search", Duration.ofMillis(1999))).isEqualTo("search;age=1");
	}

	@Test
	void tellsNeitherNamesNorAgesUnlessThatIsWanted() {
		assertThat(new DegradedHeader(false).add(null, "search", Duration.ofSeconds(42))).isEqualTo("true");
	}

}
