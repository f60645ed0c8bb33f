package dev.resilience.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMapReader;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.awaitility.Awaitility;

import org.springframework.context.ApplicationContext;

/**
 * One fault, met by one client in calls of one type.
 *
 * @param fault the fault
 * @param client the client
 * @param type the type
 */
record Cell(Fault fault, Client client, CallType type) {

	/** So many further calls are enough for the breaker to decide. */
	static final int MIN_CALLS = 3;

	/** The tags of a call that did not fail. */
	static final String SUCCESS = "success none";

	private static final Duration END = Duration.ofSeconds(60);

	/** How many calls are looked at. */
	int calls() {
		return (this.fault == Fault.LOSS) ? 10 : 1;
	}

	/**
	 * Make the calls, one after the other.
	 * @param context an application with the guarded client
	 * @param executor for further calls at the same time, for the breaker to see
	 */
	Observation observe(ApplicationContext context, CountingPartner partner, Executor executor) {
		try (FaultProxy proxy = new FaultProxy(this.fault, partner)) {
			Calls calls = this.client.calls(context);
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			List<String> seen = new ArrayList<>();
			long longest = 0;
			for (int i = 0; i < calls(); i++) {
				long start = System.nanoTime();
				seen.add(call(calls, proxy));
				longest = Math.max(longest, System.nanoTime() - start);
				awaitEnds(meters, i + 1);
			}
			Map<String, Integer> outcomes = outcomes(meters);
			int attempts = calls() + retries(meters);
			int requests = partner.posts(toString());
			if (calls() < MIN_CALLS) {
				CompletableFuture<?>[] further = new CompletableFuture<?>[MIN_CALLS];
				for (int i = 0; i < further.length; i++) {
					further[i] = CompletableFuture.runAsync(() -> call(calls, proxy), executor);
				}
				CompletableFuture.allOf(further).join();
				awaitEnds(meters, calls() + MIN_CALLS);
			}
			return new Observation(seen, outcomes, attempts, requests, state(context), Duration.ofNanos(longest));
		}
	}

	private String call(Calls calls, FaultProxy proxy) {
		try {
			Object value = calls.make(this.type, proxy.uri(), toString());
			return (value == null) ? "nothing" : (value == PartnerCalls.SUBSTITUTE) ? "fallback" : "value";
		}
		catch (Exception ex) {
			return "throws " + ex.getClass().getSimpleName();
		}
	}

	private void awaitEnds(MeterRegistry meters, int calls) {
		Awaitility.await()
			.atMost(END)
			.until(() -> outcomes(meters).values().stream().mapToInt(Integer::intValue).sum() == calls);
	}

	private Map<String, Integer> outcomes(MeterRegistry meters) {
		Map<String, Integer> outcomes = new TreeMap<>();
		for (Timer timer : meters.find("resilience.calls")
			.tags("dependency", this.type.dependency(), "type", this.type.tag())
			.timers()) {
			if (timer.count() > 0) {
				outcomes.put(timer.getId().getTag("outcome") + " " + timer.getId().getTag("failure"),
						(int) timer.count());
			}
		}
		return outcomes;
	}

	private int retries(MeterRegistry meters) {
		Counter counter = meters.find("resilience.retries")
			.tags("dependency", this.type.dependency(), "decision", "retried")
			.counter();
		return (counter != null) ? (int) counter.count() : 0;
	}

	private String state(ApplicationContext context) {
		DependencyDescriptor descriptor = context.getBean(DependencyMapReader.class).read(this.type.dependency());
		return descriptor.breaker().state() + ((descriptor.pausedFor() != null) ? ", paused" : "");
	}

	@Override
	public String toString() {
		return this.fault + " " + this.client + " " + this.type;
	}

	/**
	 * What was observed.
	 *
	 * @param seen what each caller got: value, fallback, nothing, or throws and the name
	 * of an exception
	 * @param outcomes how many calls ended how: the tags outcome and failure of their
	 * meter
	 * @param attempts how many attempts were made
	 * @param requests how many requests reached the partner
	 * @param state the state of the breaker after further calls, and whether the
	 * dependency is paused
	 * @param longest how long the slowest call kept its caller
	 */
	record Observation(List<String> seen, Map<String, Integer> outcomes, int attempts, int requests, String state,
			Duration longest) {

		/** How many calls failed. */
		int failed() {
			return this.seen.size() - this.outcomes.getOrDefault(SUCCESS, 0);
		}

	}

}
