package dev.resilience.guard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import dev.resilience.Deadline;
import dev.resilience.DependencyType;
import dev.resilience.failure.FailureClassification;
import dev.resilience.policy.OperationPolicy;
import dev.resilience.policy.PolicyResolver;
import dev.resilience.policy.Settings;
import dev.resilience.policy.TestSettings;
import dev.resilience.signal.CallEvent;
import dev.resilience.signal.CallListener;
import dev.resilience.signal.DegradedResponse;
import dev.resilience.signal.FailedCalls;
import dev.resilience.signal.Outcome;
import dev.resilience.signal.RetryDecision;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a guard needs around it, and a record of what it published.
 */
final class TestEnvironment implements AutoCloseable {

	/** Long enough that only what never ends exceeds it. */
	static final Duration LONG = Duration.ofSeconds(10);

	final ThreadPoolExecutor workers = (ThreadPoolExecutor) Workers.pool();

	final ScheduledExecutorService timer = Workers.timer();

	final FailedCalls failedCalls = new FailedCalls();

	final Queue<CallEvent> events = new ConcurrentLinkedQueue<>();

	final Queue<RetryDecision> decisions = new ConcurrentLinkedQueue<>();

	private final LongSupplier clock;

	private final Watchdog watchdog;

	private Transactions transactions = Transactions.NONE;

	private Sharing sharing = Sharing.NONE;

	private ContextCarrier context = ContextCarrier.NONE;

	private FailureClassification classification = FailureClassification.create(List.of(), null);

	private CallListener listener = new Recorder();

	private @Nullable DegradedResponse response;

	private @Nullable Deadline requestDeadline;

	private @Nullable ResultCheck check;

	private @Nullable Tracing tracing;

	TestEnvironment() {
		this(System::nanoTime);
	}

	TestEnvironment(LongSupplier clock) {
		this.clock = clock;
		this.watchdog = Watchdog.start(clock);
	}

	TestEnvironment with(Sharing sharing) {
		this.sharing = sharing;
		return this;
	}

	TestEnvironment with(ContextCarrier context) {
		this.context = context;
		return this;
	}

	/** Tell somebody else, who need not remember each call. */
	TestEnvironment telling(CallListener listener) {
		this.listener = listener;
		return this;
	}

	TestEnvironment with(Transactions transactions) {
		this.transactions = transactions;
		return this;
	}

	TestEnvironment with(FailureClassification classification) {
		this.classification = classification;
		return this;
	}

	TestEnvironment with(Tracing tracing) {
		this.tracing = tracing;
		return this;
	}

	TestEnvironment with(DegradedResponse response) {
		this.response = response;
		return this;
	}

	TestEnvironment with(Deadline requestDeadline) {
		this.requestDeadline = requestDeadline;
		return this;
	}

	TestEnvironment checking(ResultCheck check) {
		this.check = check;
		return this;
	}

	Operation operation(DependencyType type, Form form, String... settings) {
		return operation(type, form, List.of(), settings);
	}

	Operation operation(DependencyType type, Form form, List<WayOut> wayOuts, String... settings) {
		PolicyResolver resolver = resolver(settings);
		OperationPolicy policy = policy(resolver, "call", type);
		return new Operation(policy, guard(resolver, type, policy), form, wayOuts, this.check);
	}

	/** Another operation of the same dependency. */
	Operation sibling(Operation operation, Form form, List<WayOut> wayOuts, String... settings) {
		return sibling(operation, operation.policy().type(), form, wayOuts, settings);
	}

	/** Another operation of the same dependency, of another type. */
	Operation sibling(Operation operation, DependencyType type, Form form, List<WayOut> wayOuts, String... settings) {
		return new Operation(policy(resolver(settings), "sibling", type), operation.guard(), form, wayOuts, this.check);
	}

	/** Change the policy of the dependency, and make the operation anew by it. */
	Operation reconfigure(Operation operation, String... settings) {
		PolicyResolver resolver = resolver(settings);
		OperationPolicy policy = policy(resolver, "call", operation.policy().type());
		operation.guard().prepare(resolver.dependency("partner", policy.type(), List.of(policy))).run();
		return new Operation(policy, operation.guard(), operation.form(), operation.wayOuts(), this.check);
	}

	private static PolicyResolver resolver(String... settings) {
		return new PolicyResolver(Map.of(), Map.of("partner", TestSettings.of(settings)));
	}

	private static OperationPolicy policy(PolicyResolver resolver, String method, DependencyType type) {
		return resolver.operation("partner", method, "Client." + method, type, Settings.NONE, (key) -> "@Dependency");
	}

	private Guard guard(PolicyResolver resolver, DependencyType type, OperationPolicy policy) {
		return new Guard(resolver.dependency("partner", type, List.of(policy)), environment(), List.of(this.listener));
	}

	SharedRateLimit sharedRateLimit(String... settings) {
		RateLimit limit = RateLimit.of(resolver(settings).dependency("partner", DependencyType.CRITICAL, List.of()),
				environment());
		Objects.requireNonNull(limit).start(null);
		return (SharedRateLimit) limit;
	}

	private Environment environment() {
		return new Environment(this.clock, this.watchdog, this.workers, this.timer, this.transactions, this.context,
				this.classification, () -> this.response, () -> this.requestDeadline, this.failedCalls, this.sharing,
				this.tracing);
	}

	List<Outcome> outcomes() {
		return this.events.stream().map(CallEvent::outcome).toList();
	}

	CallEvent onlyEvent() {
		assertThat(this.events).hasSize(1);
		return this.events.element();
	}

	static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	/** Wait without looking at interrupts, as a busy loop or a socket read does. */
	static void awaitIgnoringInterrupts(CountDownLatch latch) {
		long start = System.nanoTime();
		while (latch.getCount() > 0) {
			assertThat(System.nanoTime() - start).isLessThan(2 * LONG.toNanos());
			Thread.onSpinWait();
			Thread.yield();
		}
	}

	@Override
	public void close() {
		this.watchdog.close();
		shutDown(this.workers);
		shutDown(this.timer);
	}

	private static void shutDown(ExecutorService executor) {
		executor.shutdownNow();
	}

	private final class Recorder implements CallListener {

		@Override
		public void onCall(CallEvent event) {
			TestEnvironment.this.events.add(event);
		}

		@Override
		public void onRetry(RetryDecision decision, dev.resilience.FailureKind failure) {
			TestEnvironment.this.decisions.add(decision);
		}

	}

}
