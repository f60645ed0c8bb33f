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

	private final EndedCall ended = ended(FailureKind.CORRUPT_DATA);

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
				EndedCall other = ended(kind);
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
		EndedCall declared = ended(FailureKind.CORRUPT_DATA);
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

	private static EndedCall ended(FailureKind kind) {
		return new EndedCall("partner", "call", DependencyType.CRITICAL, Outcome.FAILURE, kind, false, 0, 0);
	}

	private void respond(EndedCall call, int attempt, String body) {
		ResponseRecording recording = record(call, attempt, -1);
		recording.read(bytes(body));
		recording.ended();
	}

	private ResponseRecording record(EndedCall call, int attempt, long length) {
		return this.quarantine.record(new Within(call, attempt),
				new ResponseHead("GET", "http://partner", 200, "text/plain", StandardCharsets.UTF_8, length));
	}

	private static ByteBuffer bytes(String text) {
		return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
	}

	private void end(EndedCall call) {
		this.quarantine.create("partner").onCall(call);
	}

	private List<String> bodies() {
		return this.quarantine.responses("partner").stream().map(CorruptResponse::body).toList();
	}

	private record Within(EndedCall call, int attempt) implements DependencyCall, OngoingCall {

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

}
