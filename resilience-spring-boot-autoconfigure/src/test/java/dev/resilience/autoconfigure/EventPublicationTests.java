package dev.resilience.autoconfigure;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;

import dev.resilience.LoggedLines;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EventPublication}.
 */
class EventPublicationTests {

	@AutoClose
	private final LoggedLines lines = LoggedLines.ours();

	private final Queue<Runnable> work = new ArrayDeque<>();

	private final List<Object> told = new ArrayList<>();

	private final EventPublication publication = new EventPublication(this.told::add, this.work::add);

	@Test
	void whoHasAnEventGoesOnAndAWorkerTellsOneAfterTheOther() {
		this.publication.start();
		publish("a", "b", "c");
		assertThat(this.told).isEmpty();
		assertThat(this.work).hasSize(1);
		runAll();
		assertThat(this.told).containsExactly("a", "b", "c");
		publish("d");
		runAll();
		assertThat(this.told).endsWith("d").hasSize(4);
	}

	@Test
	void keepsWhatHappensBeforeTheStart() {
		publish("a", "b");
		assertThat(this.work).isEmpty();
		this.publication.start();
		runAll();
		assertThat(this.told).containsExactly("a", "b");
	}

	@Test
	void tellsNothingOnceStopped() {
		this.publication.start();
		publish("a");
		runAll();
		publish("b");
		List<String> stopped = new ArrayList<>();
		this.publication.stop(() -> stopped.add("stopped"));
		assertThat(stopped).isEmpty();
		runAll();
		publish("c");
		runAll();
		assertThat(stopped).containsExactly("stopped");
		assertThat(this.told).containsExactly("a");
		this.publication.stop(() -> stopped.add("again"));
		assertThat(stopped).endsWith("again");
	}

	@Test
	void aStopWhileAListenerRunsEndsAfterIt() {
		List<Object> order = new ArrayList<>();
		EventPublication[] itself = new EventPublication[1];
		EventPublication publication = new EventPublication((event) -> {
			itself[0].stop(() -> order.add("stopped"));
			order.add(event);
		}, this.work::add);
		itself[0] = publication;
		publication.start();
		publication.publish("a");
		publication.publish("b");
		runAll();
		assertThat(order).containsExactly("a", "stopped");
	}

	@Test
	void aListenerThatThrowsKeepsNoOtherEventBack() {
		EventPublication publication = new EventPublication((event) -> {
			this.told.add(event);
			if (event.equals("a")) {
				throw new IllegalStateException("of the application");
			}
			throw new AssertionError("of the application");
		}, this.work::add);
		publication.start();
		publication.publish("a");
		publication.publish("b");
		publication.publish("c");
		runAll();
		assertThat(this.told).containsExactly("a", "b", "c");
		assertThat(this.lines.events()).hasSize(3)
			.allSatisfy((line) -> assertThat(line.getThrowableProxy().getMessage()).isEqualTo("of the application"));
	}

	@Test
	void withoutAWorkerItWaitsForTheNextEvent() {
		boolean[] rejecting = { true };
		Executor workers = (task) -> {
			if (rejecting[0]) {
				throw new RejectedExecutionException();
			}
			this.work.add(task);
		};
		EventPublication publication = new EventPublication(this.told::add, workers);
		publication.start();
		publication.publish("a");
		rejecting[0] = false;
		publication.publish("b");
		runAll();
		assertThat(this.told).containsExactly("a", "b");
	}

	@Test
	void keepsNoMoreThanItCan() {
		this.publication.start();
		IntStream.range(0, EventPublication.WAITING + 7).forEach(this.publication::publish);
		runAll();
		assertThat(this.told).hasSize(EventPublication.WAITING).startsWith(0, 1, 2);
		assertThat(this.lines.events()).singleElement()
			.satisfies((line) -> assertThat(line.getFormattedMessage()).startsWith("7 events were dropped"));
	}

	private void publish(Object... events) {
		for (Object event : events) {
			this.publication.publish(event);
		}
	}

	private void runAll() {
		for (Runnable task = this.work.poll(); task != null; task = this.work.poll()) {
			task.run();
		}
	}

}
