package dev.resilience.autoconfigure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Wrong properties stop the application with the key, the value and what is allowed.
 */
@ExtendWith(OutputCaptureExtension.class)
class RefusedPropertyTests {

	private static final String DEPENDENCY = "resilience.dependencies.payments.";

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					timeout                          | 0s    | PT0S     | a duration of at least 1ms, for example '3s', '500ms' or 'PT3S'
					timeout                          | -5s   | PT-5S    | a duration of at least 1ms, for example '3s', '500ms' or 'PT3S'
					attempt-timeout                  | -1ms  | PT-0.001S | a duration of at least 1ms, for example '3s', '500ms' or 'PT3S'
					slow-call                        | 0     | PT0S     | a duration of at least 1ms, for example '3s', '500ms' or 'PT3S'
					retry.max-attempts               | 0     | 0        | a whole number from 1 to 1000
					retry.backoff.initial            | -1s   | PT-1S    | a duration from 0, for example '0ms' or '250ms'
					retry.backoff.initial            | 6s    | PT6S     | a duration up to that of 'built-in', which is PT5S
					retry.backoff.multiplier         | 0.5   | 0.5      | a number from 1 to 100
					retry.backoff.jitter             | 2     | 2.0      | a number from 0 to 1
					retry.budget.min-per-second      | -1    | -1.0     | a number from 0
					breaker.min-calls                | 0     | 0        | a whole number from 1
					breaker.probes                   | 0     | 0        | a whole number from 1
					breaker.open-for                 | 0s    | PT0S     | a duration of at least 1ms, for example '3s', '500ms' or 'PT3S'
					bulkhead.max-concurrent          | 0     | 0        | a whole number from 1
					bulkhead.max-wait                | -1s   | PT-1S    | a duration from 0, for example '0ms' or '250ms'
					health-check-interval            | 10ms  | PT0.01S  | a duration of at least 1s
					queue                            | 0     | 0        | a whole number from 1
					max-pause                        | -1s   | PT-1S    | a duration from 0, for example '0ms' or '250ms'
					""")
	void valuesThatMakeNoSense(String key, String value, String shown, String allowed, CapturedOutput output) {
		refuse(DEPENDENCY + key + "=" + value);
		assertThat(output).contains(
				"The setting '%s%s' has the value '%s', which makes no sense.".formatted(DEPENDENCY, key, shown),
				"Give it %s.".formatted(allowed));
	}

	@Test
	void classesThatAreNoExceptions(CapturedOutput output) {
		refuse(DEPENDENCY + "ignore=java.lang.String");
		assertThat(output).contains(
				"The setting 'resilience.dependencies.payments.ignore' has the value 'class java.lang.String', which makes no sense.",
				"Give it a list of exception classes.");
	}

	@ParameterizedTest
	@CsvSource({ "payments.internal/health, payments.internal/health", "http:///health, http:///health",
			"ftp://user:secret@payments.internal/health, ftp://***@payments.internal/health",
			"http://user:secret@my_host/health, http://***@my_host/health",
			"http://user:sec/ret@payments.internal, http://***@payments.internal",
			"http://user:sec@ret@payments.internal, http://***@payments.internal",
			"payments.internal/health?token=secret, payments.internal/health?***" })
	void healthChecksThatAreNoUrl(String value, String shown, CapturedOutput output) {
		refuse(DEPENDENCY + "health-check=" + value);
		assertThat(output)
			.contains(
					"The setting '%shealth-check' has the value '%s', which makes no sense.".formatted(DEPENDENCY,
							shown),
					"Give it an http or https URL with a host, such as https://payments.internal/health.")
			.doesNotContain("secret");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			deadline.header          | X Timeout | X Timeout | the name of a header, for example X-Request-Timeout
			deadline.margin          | -1ms      | PT-0.001S | a duration from 0, for example '50ms'
			rate-limit.instances     | 0         | 0         | a whole number from 1
			rate-limit.timeout       | 0ms       | PT0S      | a duration of at least 1ms
			quarantine.max-responses | 0         | 0         | a whole number from 1
			quarantine.max-body      | 1GB       | 1073741824B | a size from 1B to 16MB, for example 4KB
			""")
	void valuesOfTheWholeApplicationThatMakeNoSense(String key, String value, String shown, String allowed,
			CapturedOutput output) {
		refuse("resilience." + key + "=" + value);
		assertThat(output).contains(
				"The setting 'resilience.%s' has the value '%s', which makes no sense.".formatted(key, shown),
				"Give it %s.".formatted(allowed));
	}

	@Test
	void typesHaveTheSameChecks(CapturedOutput output) {
		refuse("resilience.types.critical.timeout=0s");
		assertThat(output).contains("The setting 'resilience.types.critical.timeout' has the value 'PT0S'");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			textBlock = """
					breaker.failure-rate | 50     | a rate is written as '50%' or '0.5': above 0 and at most 100% (or 1)
					breaker.slow-rate    | 0      | a rate is written as '50%' or '0.5': above 0 and at most 100% (or 1)
					retry.budget.ratio   | 120%   | a rate is written as '50%' or '0.5': above 0 and at most 100% (or 1)
					breaker.window       | 10ms   | a window is a duration of at least a second, such as '20s', or a number of calls from 1, such as '100', not '10ms'
					timeout              | soon   | 'soon' is not a valid duration
					""")
	void textsThatCannotBeRead(String key, String value, String reason, CapturedOutput output) {
		refuse(DEPENDENCY + key + "=" + value);
		assertThat(output).contains("Failed to bind properties under '%s%s'".formatted(DEPENDENCY, key),
				"Value: \"" + value + "\"", reason);
	}

	@ParameterizedTest
	@CsvSource({ "type, important, CRITICAL", "switch, on, BYPASS", "isolation, process, CALLER",
			"delivery, sometimes, BEST_EFFORT", "retry.backoff.strategy, random, EXPONENTIAL" })
	void namesThatDoNotExist(String key, String value, String allowed, CapturedOutput output) {
		refuse(DEPENDENCY + key + "=" + value);
		assertThat(output).contains(DEPENDENCY + key, "\"" + value + "\"", "The following values are valid:", allowed);
	}

	@Test
	void misspeltKeys(CapturedOutput output) {
		refuse(DEPENDENCY + "retry.max-atempts=2");
		assertThat(output).contains("resilience.dependencies.payments.retry.max-atempts", "Value: \"2\"");
	}

	@Test
	void misspeltKeysAtTheTop(CapturedOutput output) {
		refuse("resilience.typs.critical.timeout=2s");
		assertThat(output).contains("resilience.typs.critical.timeout");
	}

	@Test
	void unknownExceptions(CapturedOutput output) {
		refuse(DEPENDENCY + "ignore=com.acme.Unknown");
		assertThat(output).contains("resilience.dependencies.payments.ignore", "com.acme.Unknown");
	}

	private static void refuse(String property) {
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
				.bannerMode(Banner.Mode.OFF)
				.properties("resilience.dependencies.payments.type=critical")
				.run("--" + property)
				.close());
	}

	@Configuration(proxyBeanMethods = false)
	@Import(ResilienceAutoConfiguration.class)
	static class Application {

	}

}
