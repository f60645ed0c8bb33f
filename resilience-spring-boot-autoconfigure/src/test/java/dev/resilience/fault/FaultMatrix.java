package dev.resilience.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceMetricsAutoConfiguration;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/**
 * Lets each client meet each fault in calls of each type, many at a time: most of them
 * only wait.
 */
final class FaultMatrix implements AutoCloseable {

	private static final Duration LONG = Duration.ofSeconds(30);

	private final CountingPartner partner = new CountingPartner();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	/** More at a time would only take the processor from each other. */
	private final Semaphore working = new Semaphore(3);

	private final Map<Cell, Cell.Observation> observations = new ConcurrentHashMap<>();

	/**
	 * Look at all cells. The clients' timeouts are short only where they are to strike,
	 * and when all code has run before: then nothing but the fault takes time.
	 */
	Map<Cell, Cell.Observation> observe() {
		Set<Fault> slow = EnumSet.copyOf(Stream.of(Fault.values()).filter(Fault::isSlow).toList());
		Set<Fault> blackhole = EnumSet.of(Fault.CONNECT_BLACKHOLE);
		Set<Fault> others = EnumSet.complementOf(EnumSet.copyOf(slow));
		others.removeAll(blackhole);
		join(Stream.of(Client.values()).map((client) -> start(() -> observe(client, LONG, LONG, others))).toList());
		join(Stream.of(Client.values())
			.flatMap((client) -> Stream.of(start(() -> observe(client, LONG, Duration.ofSeconds(2), slow)),
					start(() -> observe(client, Duration.ofMillis(300), LONG, blackhole))))
			.toList());
		return this.observations;
	}

	private void observe(Client client, Duration connectTimeout, Duration readTimeout, Set<Fault> faults) {
		try (Turn turn = new Turn()) {
			client.application(connectTimeout, readTimeout).run((context) -> {
				turn.close();
				Object calls = context.getBean(client.type());
				join(faults.stream().map((fault) -> start(() -> observe(client, calls, fault))).toList());
			});
		}
	}

	@SuppressWarnings("unchecked")
	private void observe(Client client, Object calls, Fault fault) {
		// the client's own timeout shall strike first, where it can
		Duration timeout = fault.isEndless() ? Duration.ofSeconds(4) : Duration.ofSeconds(20);
		try (Turn turn = new Turn()) {
			new ApplicationContextRunner()
				.withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class,
						ResilienceMetricsAutoConfiguration.class))
				.withBean(SimpleMeterRegistry.class)
				.withBean((Class<Object>) client.type(), () -> calls)
				.withPropertyValues(properties(timeout))
				.run((context) -> {
					if (fault.isSlow()) {
						turn.close();
					}
					observe(client, fault, context);
				});
		}
	}

	private void observe(Client client, Fault fault, ApplicationContext context) {
		join(Stream.of(CallType.values())
			.map((type) -> new Cell(fault, client, type))
			.map((cell) -> start(() -> this.observations.put(cell, cell.observe(context, this.partner, this.threads))))
			.toList());
	}

	private static String[] properties(Duration timeout) {
		List<String> properties = new ArrayList<>();
		for (String type : List.of("critical", "degraded", "optional")) {
			String prefix = "resilience.types." + type + ".";
			properties.add(prefix + "timeout=" + timeout);
			properties.add(prefix + "retry.backoff.initial=1ms");
			properties.add(prefix + "breaker.window=50");
			properties.add(prefix + "breaker.min-calls=" + Cell.MIN_CALLS);
			properties.add(prefix + "breaker.open-for=1m");
		}
		// time for three attempts
		properties.add("resilience.dependencies.idempotent.attempt-timeout=" + timeout);
		properties.add("resilience.dependencies.idempotent.timeout=" + timeout.multipliedBy(4));
		return properties.toArray(String[]::new);
	}

	private CompletableFuture<?> start(Runnable work) {
		return CompletableFuture.runAsync(work, this.threads);
	}

	private static void join(List<? extends CompletableFuture<?>> all) {
		CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
	}

	@Override
	public void close() {
		this.threads.shutdownNow();
		this.partner.close();
	}

	/** For those who work; who only waits gives it back. */
	private final class Turn implements AutoCloseable {

		private final AtomicBoolean taken = new AtomicBoolean(true);

		Turn() {
			FaultMatrix.this.working.acquireUninterruptibly();
		}

		@Override
		public void close() {
			if (this.taken.compareAndSet(true, false)) {
				FaultMatrix.this.working.release();
			}
		}

	}

}
