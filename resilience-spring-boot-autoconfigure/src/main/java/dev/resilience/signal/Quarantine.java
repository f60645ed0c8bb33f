package dev.resilience.signal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.resilience.DependencyCall;
import dev.resilience.FailureKind;

/**
 * The last corrupt responses of each dependency. A response is noted when it comes, and
 * kept when the call that asked for it ends with corrupt data; else it is forgotten.
 */
public final class Quarantine implements CallListener.Factory {

	private final int maxResponses;

	private final int maxBody;

	// by what the listeners are told of
	private final WeakIdentityMap<Object, ResponseRecording> recordings = new WeakIdentityMap<>();

	private final Map<String, List<CorruptResponse>> kept = new ConcurrentHashMap<>();

	/**
	 * Create a quarantine.
	 * @param maxResponses how many responses are kept of a dependency
	 * @param maxBody how many bytes of a body are kept
	 */
	public Quarantine(int maxResponses, int maxBody) {
		this.maxResponses = maxResponses;
		this.maxBody = maxBody;
	}

	/**
	 * Note that a response has come. It takes the place of an earlier one of the call.
	 * @param call the guarded call that asked for it
	 * @param head what is known of the response
	 * @return takes the body as it is read
	 */
	public ResponseRecording record(DependencyCall call, ResponseHead head) {
		ResponseRecording recording = new ResponseRecording(head, call.attempt(), this.maxBody);
		Object ending = (call instanceof OngoingCall ongoing) ? ongoing.call() : call;
		ResponseRecording earlier = this.recordings.get(ending);
		// an attempt that was given up may still get its answer
		if (earlier == null || earlier.attempt() <= recording.attempt()) {
			this.recordings.put(ending, recording);
		}
		return recording;
	}

	@Override
	public CallListener create(String dependency) {
		return new Keeper(dependency);
	}

	private void ended(String dependency, CallEvent event) {
		ResponseRecording recording = this.recordings.remove(event);
		if (recording != null && event.failure() == FailureKind.CORRUPT_DATA) {
			keep(dependency, recording.corrupt(event.operation()));
		}
	}

	private void keep(String dependency, CorruptResponse response) {
		this.kept.compute(dependency, (key, earlier) -> {
			List<CorruptResponse> responses = new ArrayList<>();
			responses.add(response);
			if (earlier != null) {
				responses.addAll(earlier.subList(0, Math.min(earlier.size(), this.maxResponses - 1)));
			}
			return List.copyOf(responses);
		});
	}

	/**
	 * The corrupt responses of a dependency.
	 * @param dependency its name
	 * @return the responses that are kept, the newest first
	 */
	public List<CorruptResponse> responses(String dependency) {
		return this.kept.getOrDefault(dependency, List.of());
	}

	private final class Keeper implements CallListener {

		private final String dependency;

		private volatile boolean closed;

		private Keeper(String dependency) {
			this.dependency = dependency;
		}

		@Override
		public void onCall(CallEvent event) {
			ended(this.dependency, event);
			if (this.closed) {
				close();
			}
		}

		@Override
		public void close() {
			this.closed = true;
			Quarantine.this.kept.remove(this.dependency);
		}

	}

}
