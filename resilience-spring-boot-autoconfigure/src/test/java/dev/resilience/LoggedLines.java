package dev.resilience;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/**
 * What is written into a log.
 */
public final class LoggedLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {

	private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

	private final Logger logger;

	private LoggedLines(String logger) {
		this.logger = (Logger) LoggerFactory.getLogger(logger);
	}

	/** What we write from now on. */
	public static LoggedLines ours() {
		return of("dev.resilience");
	}

	public static LoggedLines of(String logger) {
		LoggedLines lines = new LoggedLines(logger);
		lines.start();
		lines.logger.addAppender(lines);
		return lines;
	}

	@Override
	protected void append(ILoggingEvent event) {
		this.events.add(event);
	}

	public List<ILoggingEvent> events() {
		return this.events;
	}

	/** The lines about a dependency, as their field says. */
	public List<String> of(String dependency, String beginning) {
		return this.events.stream()
			.filter((event) -> event.getKeyValuePairs() != null && event.getKeyValuePairs()
				.stream()
				.anyMatch((pair) -> pair.key.equals("dependency") && dependency.equals(pair.value)))
			.map(ILoggingEvent::getFormattedMessage)
			.filter((line) -> line.startsWith(beginning))
			.toList();
	}

	@Override
	public void close() {
		this.logger.detachAppender(this);
	}

}
