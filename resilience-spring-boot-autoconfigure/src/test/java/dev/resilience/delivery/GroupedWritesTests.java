package dev.resilience.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DuplicateKeyException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Callers who have their calls stored together.
 */
@Timeout(60)
class GroupedWritesTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	private final Queue<List<String>> written = new ConcurrentLinkedQueue<>();

	private final CountDownLatch gate = new CountDownLatch(1);

	private static Letter letter(String id) {
		return new Letter(id, "mail", "mail/send", new byte[0], null, Instant.EPOCH);
	}

	private void write(List<Letter> letters) {
		List<String> ids = letters.stream().map(Letter::id).toList();
		this.written.add(ids);
		if (ids.equals(List.of("first"))) {
			try {
				this.gate.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

	private static CompletableFuture<Void> writing(GroupedWrites writes, String id) {
		return CompletableFuture.runAsync(() -> {
			try {
				writes.write(letter(id), LONG);
			}
			catch (TimeoutException | ExecutionException ex) {
				throw new IllegalStateException(ex);
			}
		}, (work) -> new Thread(work).start());
	}

	/** Has letters written together, behind a first one. */
	private List<CompletableFuture<Void>> together(GroupedWrites writes, String... ids) {
		CompletableFuture<Void> first = writing(writes, "first");
		Awaitility.await().until(() -> this.written.contains(List.of("first")));
		List<CompletableFuture<Void>> others = Stream.of(ids).map((id) -> writing(writes, id)).toList();
		Awaitility.await().until(() -> writes.waiting() == ids.length);
		this.gate.countDown();
		first.join();
		return others;
	}

	@Test
	void thoseWhoWaitAreWrittenTogether() {
		try (GroupedWrites writes = new GroupedWrites(this::write, 1)) {
			together(writes, "a", "b", "c").forEach(CompletableFuture::join);
			assertThat(this.written).hasSize(2).last().satisfies((ids) -> assertThat(ids).containsOnly("a", "b", "c"));
		}
	}

	@Test
	void theFaultOfOneIsNotThatOfTheOthers() {
		Consumer<List<Letter>> failing = (letters) -> {
			write(letters);
			if (letters.stream().anyMatch((letter) -> letter.id().equals("b"))) {
				throw new IllegalArgumentException("b");
			}
		};
		try (GroupedWrites writes = new GroupedWrites(failing, 1)) {
			List<CompletableFuture<Void>> others = together(writes, "a", "b", "c");
			others.get(0).join();
			assertThatExceptionOfType(Exception.class).isThrownBy(() -> others.get(1).join())
				.withRootCauseExactlyInstanceOf(IllegalArgumentException.class);
			others.get(2).join();
		}
	}

	@Test
	void whatIsThereAlreadyWasStoredWhenOnlyTheAnswerWasLost() {
		Consumer<List<Letter>> forgetful = (letters) -> {
			write(letters);
			if (letters.size() > 1) {
				throw new IllegalStateException("The connection was lost after the commit");
			}
			if (this.written.stream().anyMatch((ids) -> ids.size() > 1)) {
				throw new DuplicateKeyException(letters.get(0).id());
			}
		};
		try (GroupedWrites writes = new GroupedWrites(forgetful, 1)) {
			together(writes, "a", "b").forEach(CompletableFuture::join);
		}
	}

	@Test
	void anAnswerThatWasLostIsAskedForAgain() throws Exception {
		Consumer<List<Letter>> broken = (letters) -> {
			write(letters);
			if (this.written.size() < 3) {
				throw new DataAccessResourceFailureException("The connection was lost");
			}
			throw new DuplicateKeyException(letters.get(0).id());
		};
		try (GroupedWrites writes = new GroupedWrites(broken, 1)) {
			writes.write(letter("a"), LONG);
			assertThat(this.written).hasSize(3);
		}
	}

	@Test
	void whoWaitsTooLongKnowsWhetherItMayBeStored() throws Exception {
		try (GroupedWrites writes = new GroupedWrites(this::write, 1)) {
			assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> writes.write(letter("first"), Duration.ofMillis(50)))
				.withMessageContaining("and may have it nevertheless");
			assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> writes.write(letter("second"), Duration.ofMillis(50)))
				.withMessageContaining("and nothing was stored");
			this.gate.countDown();
			writes.write(letter("third"), LONG);
			assertThat(this.written).containsExactly(List.of("first"), List.of("third"));
		}
	}

	@Test
	void whoIsInterruptedKnowsWhatHasBecomeOfItFirst() throws Exception {
		try (GroupedWrites writes = new GroupedWrites(this::write, 1)) {
			this.gate.countDown();
			Thread.currentThread().interrupt();
			writes.write(letter("first"), LONG);
			assertThat(Thread.interrupted()).isTrue();
			assertThat(this.written).containsExactly(List.of("first"));
		}
	}

	@Test
	void nobodyWaitsForOneThatIsClosed() {
		GroupedWrites writes = new GroupedWrites(this::write, 1);
		writes.close();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> writes.write(letter("a"), LONG))
			.withMessageContaining("The application has stopped");
	}

	@Test
	void whatIsRefusedAtTheEndIsNotStored() {
		for (int i = 0; i < 500; i++) {
			this.written.clear();
			GroupedWrites writes = new GroupedWrites(this::write, 2);
			List<CompletableFuture<Void>> callers = Stream.of("a", "b", "c").map((id) -> writing(writes, id)).toList();
			writes.close();
			CompletableFuture.allOf(callers.toArray(CompletableFuture[]::new)).handle((done, ex) -> true).join();
			long stored = this.written.stream().mapToLong(List::size).sum();
			assertThat(callers.stream().filter((caller) -> !caller.isCompletedExceptionally())).hasSize((int) stored);
		}
	}

}
