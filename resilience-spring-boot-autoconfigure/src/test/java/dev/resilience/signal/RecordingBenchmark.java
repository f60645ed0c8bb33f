package dev.resilience.signal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;

import dev.resilience.FailureKind;
import org.junit.jupiter.api.Test;

/**
 * What it costs to record a call, at one thread and at two that share a dependency, while
 * somebody closes each second: prints nanoseconds and bytes a call.
 */
class RecordingBenchmark {

	private static final int CALLS = 20_000_000;

	private static final int ROUNDS = 5;

	@Test
	void record() throws Exception {
		for (int threads : new int[] { 1, 2, 1, 2 }) {
			double best = Double.MAX_VALUE;
			long bytes = Long.MAX_VALUE;
			for (int i = 0; i < ROUNDS; i++) {
				long[] round = round(threads);
				best = Math.min(best, round[0] / (double) CALLS);
				bytes = Math.min(bytes, round[1]);
			}
			System.out.printf("%d thread(s): %.1f ns, %.3f bytes a call%n", threads, best, bytes / (double) CALLS);
		}
	}

	private static long[] round(int threads) throws Exception {
		DependencySignals signals = new DependencySignals(0);
		CyclicBarrier start = new CyclicBarrier(threads + 1);
		List<Thread> callers = new ArrayList<>();
		long[] bytes = new long[threads];
		for (int i = 0; i < threads; i++) {
			int number = i;
			callers.add(new Thread(() -> bytes[number] = call(signals, start, number)));
		}
		callers.forEach(Thread::start);
		start.await();
		long began = System.nanoTime();
		long ticked = began;
		while (callers.stream().anyMatch(Thread::isAlive)) {
			callers.get(0).join(1);
			if (System.nanoTime() - ticked > Duration.ofSeconds(1).toNanos()) {
				ticked = System.nanoTime();
				signals.tick(ticked - began, 0);
			}
		}
		long took = System.nanoTime() - began;
		return new long[] { took, bytes[0] };
	}

	private static long call(DependencySignals signals, CyclicBarrier start, int seed) {
		EndedCall[] calls = new EndedCall[1024];
		Random random = new Random(seed);
		for (int i = 0; i < calls.length; i++) {
			calls[i] = EndedCall.of("partner", Outcome.SUCCESS, FailureKind.NONE, 0,
					(long) (40_000_000 * Math.exp(random.nextGaussian() / 2)));
		}
		try {
			start.await();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		com.sun.management.ThreadMXBean allocations = (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory
			.getThreadMXBean();
		long before = allocations.getCurrentThreadAllocatedBytes();
		for (int i = 0; i < CALLS; i++) {
			signals.onCall(calls[i & 1023]);
		}
		return allocations.getCurrentThreadAllocatedBytes() - before;
	}

}
