package dev.resilience.registry;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

import dev.resilience.Dependencies;
import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * How long it takes to draw the map of a thousand dependencies while all of them are
 * called, and what that costs the calls: prints milliseconds and calls a second.
 */
class MapBenchmark {

	private static final int DEPENDENCIES = 1000;

	private static final int READS = 200;

	@Test
	void read() {
		String[] properties = new String[DEPENDENCIES];
		Arrays.setAll(properties, (i) -> "resilience.dependencies.partner-" + i + ".type=critical");
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class))
			.withPropertyValues(properties)
			.run((context) -> {
				Dependencies dependencies = context.getBean(Dependencies.class);
				DependencyMapReader map = context.getBean(DependencyMapReader.class);
				LongAdder calls = new LongAdder();
				AtomicBoolean stop = new AtomicBoolean();
				Thread caller = new Thread(() -> {
					for (int i = 0; !stop.get(); i++) {
						dependencies.run("partner-" + i % DEPENDENCIES, () -> {
						});
						calls.increment();
					}
				});
				caller.start();
				for (int round = 0; round < 3; round++) {
					double quiet = rate(calls, () -> sleep(5000));
					double[] millis = new double[READS];
					double[] bytes = new double[1];
					double watched = rate(calls, () -> {
						for (int i = 0; i < READS; i++) {
							long start = System.nanoTime();
							bytes[0] = JsonMapper.shared().writeValueAsBytes(map.read(true, true)).length;
							millis[i] = (System.nanoTime() - start) / 1e6;
							// as often as a page asks
							sleep(20);
						}
					});
					Arrays.sort(millis);
					System.out.printf(
							"map of %d: median %.1f ms, 95 %% %.1f ms, %.1f MB; calls %.0f/s, while it is read 25 times a second %.0f/s%n",
							DEPENDENCIES, millis[READS / 2], millis[READS * 95 / 100], bytes[0] / 1e6, quiet, watched);
				}
				stop.set(true);
				caller.join();
			});
	}

	private static double rate(LongAdder calls, Runnable meanwhile) {
		calls.reset();
		long start = System.nanoTime();
		meanwhile.run();
		return calls.sum() * 1e9 / (System.nanoTime() - start);
	}

	private static void sleep(long millis) {
		try {
			Thread.sleep(millis);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
