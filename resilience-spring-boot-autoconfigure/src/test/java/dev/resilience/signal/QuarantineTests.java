package dev.resilience.signal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import dev.resilience.Deadline;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Quarantine}.
 */
class QuarantineTests {

	private final Quarantine quarantine = new Quarantine(2, 10);

	private final Ended ended = new Ended(FailureKind.CORRUPT_DATA);

	@Test
	void lastResponseOfACallIsKept() {
		respond(this.ended, 1, "first");
		respond(this.ended, 1, "second");
		end(this.ended);
		assertThat(bodies()).containsExactly("second");
	}

	@Test
	void answerOfAnAttemptThatWasGivenUpComesTooLate() {
		respond(this.ended, 2, "second");
		respond(this.ended, 1, "first");
		end(this.ended);
		assertThat(bodies()).containsExactly("second");
	}

	@Test
	void callWithoutAResponseLeavesNothing() {
		end(this.ended);
		assertThat(bodies()).isEmpty();
	}

	@Test
	void isKeptOnce() {
		respond(this.ended, 1, "corrupt");
		end(this.ended);
		end(this.ended);
		assertThat(bodies()).containsExactly("corrupt");
	}

	@Test
	void otherFailuresAreForgotten() {
		for (FailureKind kind : FailureKind.values()) {
			if (kind != FailureKind.CORRUPT_DATA) {
				Ended other = new Ended(kind);
				respond(other, 1, kind.name());
				end(other);
			}
		}
		assertThat(bodies()).isEmpty();
	}

	@Test
	void bodyThatWasNotReadToItsEndIsTruncated() {
		record(this.ended, 1, -1).read(bytes("begin"));
		end(this.ended);
		Ended declared = new Ended(FailureKind.CORRUPT_DATA);
		record(declared, 1, 5).read(bytes("whole"));
		end(declared);
		assertThat(this.quarantine.responses("partner")).extracting(CorruptResponse::truncated)
			.containsExactly(false, true);
	}

	@Test
	void whatDoesNotFitIsCounted() {
		ResponseRecording recording = record(this.ended, 1, -1);
		recording.read(bytes("12345678"));
		recording.read(bytes("90abcdef"));
		recording.ended();
		end(this.ended);
		assertThat(this.quarantine.responses("partner")).singleElement().satisfies((response) -> {
			assertThat(response.body()).isEqualTo("1234567890");
			assertThat(response.length()).isEqualTo(16);
			assertThat(response.truncated()).isTrue();
		});
	}

	private void respond(Ended call, int attempt, String body) {
		ResponseRecording recording = record(call, attempt, -1);
		recording.read(bytes(body));
		recording.ended();
	}

	private ResponseRecording record(Ended call, int attempt, long length) {
		return this.quarantine.record(new Within(call, attempt),
				new ResponseHead("GET", "http://partner", 200, "text/plain", StandardCharsets.UTF_8, length));
	}

	private static ByteBuffer bytes(String text) {
		return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
	}

	private void end(Ended call) {
		this.quarantine.create("partner").onCall(call);
	}

	private List<String> bodies() {
		return this.quarantine.responses("partner").stream().map(CorruptResponse::body).toList();
	}

	private record Within(Ended call, int attempt) implements DependencyCall, OngoingCall {

		@Override
		public String name() {
			return "partner";
		}

		@Override
		public String operation() {
			return "call";
		}

		@Override
		public String idempotencyKey() {
			return "key";
		}

		@Override
		public Deadline deadline() {
			return new Deadline(0, () -> 0);
		}

		@Override
		public Deadline attemptDeadline() {
			return deadline();
		}

		@Override
		public Optional<Duration> lastGoodAge() {
			return Optional.empty();
		}

		@Override
		public @Nullable String requestStarted() {
			return null;
		}

		@Override
		public void requestNotSent() {
		}

	}

	private record Ended(FailureKind failure) implements CallEvent {

		@Override
		public String dependency() {
			return "partner";
		}

		@Override
		public String operation() {
			return "call";
		}

		@Override
		public DependencyType type() {
			return DependencyType.CRITICAL;
		}

		@Override
		public Outcome outcome() {
			return Outcome.FAILURE;
		}

		@Override
		public boolean unauthorized() {
			return false;
		}

		@Override
		public long endNanos() {
			return 0;
		}

		@Override
		public long durationNanos() {
			return 0;
		}

	}

}
