package dev.resilience.signal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import ch.qos.logback.classic.LoggerContext;
import dev.resilience.LoggedLines;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.Level;

import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.core.env.Environment;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.test.json.JsonAssert;
import org.springframework.test.json.JsonCompareMode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DependencyLog}.
 */
class DependencyLogTests {

	@AutoClose
	private final LoggedLines lines = LoggedLines.ours();

	// close to the overflow, as System.nanoTime may be
	private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5));

	private final DependencyLog log = new DependencyLog(this.clock::get);

	@Test
	void writesTheFirstLineWithItsDependencyAsAField() {
		IOException failure = new IOException("broken");
		this.log.repeated(Level.WARN, "mail", failure, "A call of '{}' failed: {}", "mail", 42);
		assertThat(this.lines.events()).singleElement().satisfies((event) -> {
			assertThat(event.getFormattedMessage()).isEqualTo("A call of 'mail' failed: 42");
			assertThat(event.getLevel()).isEqualTo(ch.qos.logback.classic.Level.WARN);
			assertThat(event.getThrowableProxy().getMessage()).isEqualTo("broken");
			assertThat(event.getKeyValuePairs()).singleElement().satisfies((pair) -> {
				assertThat(pair.key).isEqualTo("dependency");
				assertThat(pair.value).isEqualTo("mail");
			});
		});
	}

	@Test
	void writesOneLineInTenSecondsWithTheNumberOfThoseLeftOut() {
		for (int i = 0; i < 4712; i++) {
			fail("mail");
		}
		assertThat(written("mail")).containsExactly("A call of 'mail' failed");
		pass(TimeUnit.SECONDS.toNanos(10) - 1);
		fail("mail");
		assertThat(written("mail")).hasSize(1);
		pass(1);
		fail("mail");
		fail("mail");
		assertThat(written("mail")).containsExactly("A call of 'mail' failed",
				"A call of 'mail' failed, and 4712 more like this");
		pass(TimeUnit.HOURS.toNanos(1));
		fail("mail");
		pass(TimeUnit.SECONDS.toNanos(10));
		fail("mail");
		assertThat(written("mail")).endsWith("A call of 'mail' failed, and 1 more like this", "A call of 'mail' failed")
			.hasSize(4);
	}

	@Test
	void countsEachDependencyAndKindOfLineByItself() {
		fail("mail");
		fail("payments");
		this.log.repeated(Level.WARN, "mail", null, "The store of '{}' is down", "mail");
		fail("mail");
		assertThat(written("mail")).containsExactly("A call of 'mail' failed", "The store of 'mail' is down");
		assertThat(written("payments")).containsExactly("A call of 'payments' failed");
	}

	@Test
	void losesNoneOfManyAtOnce() throws Exception {
		CountDownLatch start = new CountDownLatch(1);
		Thread[] threads = Stream.generate(() -> new Thread(() -> {
			try {
				start.await();
			}
			catch (InterruptedException ex) {
				return;
			}
			IntStream.range(0, 1000).forEach((i) -> fail("mail"));
		})).limit(4).toArray(Thread[]::new);
		Stream.of(threads).forEach(Thread::start);
		start.countDown();
		for (Thread thread : threads) {
			thread.join();
		}
		pass(TimeUnit.SECONDS.toNanos(10));
		fail("mail");
		assertThat(written("mail")).containsExactly("A call of 'mail' failed",
				"A call of 'mail' failed, and 3999 more like this");
	}

	@Test
	void forgetsDependenciesOfWhichNothingIsWritten() {
		IntStream.range(0, 5000).forEach((i) -> {
			fail("unknown-" + i);
			pass(TimeUnit.SECONDS.toNanos(1));
		});
		assertThat(this.log).extracting("limits")
			.asInstanceOf(InstanceOfAssertFactories.MAP)
			.hasSizeLessThanOrEqualTo(1000);
	}

	@Test
	void otherLinesAreNeverLeftOut() {
		for (int i = 0; i < 100; i++) {
			DependencyLog.line(Level.WARN, "mail").log("Breaker of dependency '{}' is {}", "mail", "OPEN");
		}
		assertThat(written("mail")).hasSize(100);
	}

	@ParameterizedTest
	@ValueSource(strings = { "ecs", "logstash", "gelf" })
	void structuredLoggingShowsTheField(String format) {
		fail("mail");
		StructuredLogEncoder encoder = new StructuredLogEncoder();
		LoggerContext context = new LoggerContext();
		context.putObject(Environment.class.getName(), new MockEnvironment());
		encoder.setContext(context);
		encoder.setFormat(format);
		encoder.setCharset(StandardCharsets.UTF_8);
		encoder.start();
		String json = new String(encoder.encode(this.lines.events().get(0)), StandardCharsets.UTF_8);
		String key = format.equals("gelf") ? "_dependency" : "dependency";
		JsonAssert.comparator(JsonCompareMode.LENIENT).assertIsMatch("{\"%s\": \"mail\"}".formatted(key), json);
	}

	private void fail(String dependency) {
		this.log.repeated(Level.WARN, dependency, null, "A call of '{}' failed", dependency);
	}

	private void pass(long nanos) {
		this.clock.addAndGet(nanos);
	}

	private List<String> written(String dependency) {
		return this.lines.of(dependency, "");
	}

}
