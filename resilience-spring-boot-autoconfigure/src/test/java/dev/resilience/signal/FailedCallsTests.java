package dev.resilience.signal;

import java.lang.ref.WeakReference;

import dev.resilience.FailureKind;
import dev.resilience.signal.FailedCalls.FailedCall;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FailedCalls}.
 */
class FailedCallsTests {

	private static final FailedCall CALL = new FailedCall("partner", FailureKind.TIMEOUT, null);

	private final FailedCalls calls = new FailedCalls();

	@Test
	void findsTheInstanceAlongTheChainOfCauses() {
		Exception failure = new IllegalStateException("failure");
		this.calls.add(failure, CALL);
		assertThat(this.calls.find(failure)).isEqualTo(CALL);
		assertThat(this.calls.find(new RuntimeException(new RuntimeException(failure)))).isEqualTo(CALL);
	}

	@Test
	void anEqualExceptionIsNotTheSame() {
		this.calls.add(new AlwaysEqual(), CALL);
		assertThat(this.calls.find(new AlwaysEqual())).isNull();
	}

	@Test
	void endsInALoopOfCauses() {
		Exception first = new Exception();
		first.initCause(new Exception(first));
		assertThat(this.calls.find(first)).isNull();
	}

	@Test
	void keepsNoExceptionAlive() {
		WeakReference<Exception> failure = new WeakReference<>(remembered());
		for (int i = 0; i < 100 && failure.get() != null; i++) {
			System.gc();
		}
		assertThat(failure.get()).isNull();
	}

	private Exception remembered() {
		Exception failure = new IllegalStateException("failure");
		this.calls.add(failure, CALL);
		return failure;
	}

	private static final class AlwaysEqual extends RuntimeException {

		@Override
		public boolean equals(Object other) {
			return other instanceof AlwaysEqual;
		}

		@Override
		public int hashCode() {
			return 1;
		}

	}

}
