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
import java.util.stream.Stream;

import dev.resilience.autoconfigure.ResilienceAutoConfiguration;
import dev.resilience.autoconfigure.ResilienceMetricsAutoConfiguration;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/**
 * Lets each client meet each fault in calls of each type, many at a time: most of them
 * only wait.
 */
final class FaultMatrix implements AutoCloseable {

	private static final Duration LONG = Duration.ofSeconds(30);

	private final CountingPartner partner = new CountingPartner();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	/** Not to be disturbed by too many others: what works instead of waiting. */
	private final Semaphore working = new Semaphore(3);

	private final Map<Cell, Cell.Observation> observations = new ConcurrentHashMap<>();

	Map<Cell, Cell.Observation> observe() {
		List<CompletableFuture<?>> all = new ArrayList<>();
		Set<Fault> slow = EnumSet.copyOf(Stream.of(Fault.values()).filter(Fault::isSlow).toList());
		Set<Fault> others = EnumSet.complementOf(EnumSet.copyOf(slow));
		others.remove(Fault.CONNECT_BLACKHOLE);
		for (Client client : Client.values()) {
			// a timeout is short only where it is to strike
			all.add(start(() -> observe(client, LONG, Duration.ofSeconds(1), slow)));
			all.add(start(() -> observe(client, Duration.ofMillis(300), LONG, EnumSet.of(Fault.CONNECT_BLACKHOLE))));
			all.add(start(() -> observe(client, LONG, LONG, others)));
		}
		join(all);
		return this.observations;
	}

	private void observe(Client client, Duration connectTimeout, Duration readTimeout, Set<Fault> faults) {
		client.application(connectTimeout, readTimeout).run((context) -> {
			Object calls = context.getBean(client.type());
			List<CompletableFuture<?>> all = new ArrayList<>();
			for (Fault fault : faults) {
				all.add(start(() -> observe(client, calls, fault)));
			}
			join(all);
		});
	}

	@SuppressWarnings("unchecked")
	private void observe(Client client, Object calls, Fault fault) {
		// the client's own timeout shall strike first, where it can
		Duration timeout = fault.isEndless() ? Duration.ofSeconds(3) : Duration.ofSeconds(20);
		this.working.acquireUninterruptibly();
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(ResilienceAutoConfiguration.class, ResilienceMetricsAutoConfiguration.class))
			.withBean(SimpleMeterRegistry.class)
			.withBean((Class<Object>) client.type(), () -> calls)
			.withPropertyValues(properties(timeout))
			.run((context) -> {
				if (fault.isSlow()) {
					this.working.release();
				}
				List<CompletableFuture<?>> all = new ArrayList<>();
				for (CallType type : CallType.values()) {
					Cell cell = new Cell(fault, client, type);
					all.add(start(
							() -> this.observations.put(cell, cell.observe(context, this.partner, this.threads))));
				}
				join(all);
				if (!fault.isSlow()) {
					this.working.release();
				}
			});
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

	private static void join(List<CompletableFuture<?>> all) {
		CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
	}

	@Override
	public void close() {
		this.threads.shutdownNow();
		this.partner.close();
	}

}
