package dev.resilience.guard;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.resilience.DependencyType;
import dev.resilience.failure.FailureClassification;
import dev.resilience.policy.OperationPolicy;
import dev.resilience.policy.PolicyResolver;
import dev.resilience.policy.Settings;
import dev.resilience.policy.TestSettings;
import dev.resilience.signal.FailedCalls;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous call without a thread of its own: whoever races says when it is
 * answered and when its time is over.
 */
final class RacingCall {

	private final Timer timer = new Timer();

	private final AtomicInteger events = new AtomicInteger();

	private final Operation operation;

	private AsyncWork.@Nullable Ended ended;

	private final Guard guard;

	RacingCall() {
		PolicyResolver resolver = new PolicyResolver(Map.of(),
				Map.of("partner", TestSettings.of("breaker.enabled=false", "retry.max-attempts=1")));
		OperationPolicy policy = resolver.operation("partner", "call", "Client.call", DependencyType.CRITICAL,
				Settings.NONE, (key) -> "@Dependency");
		Environment environment = new Environment(() -> 0, null, Runnable::run, this.timer, Transactions.NONE,
				ContextCarrier.NONE, FailureClassification.create(List.of(), null), () -> null, RequestDeadline.NONE,
				new FailedCalls(), Sharing.NONE, null);
		this.guard = new Guard(resolver.dependency("partner", DependencyType.CRITICAL, List.of(policy)), environment,
				List.of((event) -> this.events.incrementAndGet()));
		this.operation = new Operation(policy, this.guard, Form.STAGE, List.of(), null);
	}

	/** Begin it anew. */
	CompletableFuture<@Nullable Object> start() {
		this.events.set(0);
		AsyncRun run = new AsyncRun(this.operation.begin((last) -> null), (call, ended) -> {
			this.ended = ended;
			return new Unstoppable();
		}, CallerContext.capture(() -> (step) -> step), null);
		run.attempt();
		return run.result();
	}

	/** What a subscription of the same dependency needs. */
	ReactivePermit permit() {
		Call call = this.operation.begin((last) -> null);
		call.nextAttempt();
		return new ReactivePermit(call);
	}

	void answer() {
		this.ended.ended("value", null);
	}

	void timeOut() {
		this.timer.timeout.run();
	}

	int events() {
		return this.events.get();
	}

	Guard guard() {
		return this.guard;
	}

	private static final class Unstoppable implements AsyncWork {

		@Override
		public void start() {
		}

		@Override
		public void cancel() {
		}

	}

	private static final class Timer extends ScheduledThreadPoolExecutor {

		private @Nullable Runnable timeout;

		private Timer() {
			super(0);
		}

		@Override
		public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
			this.timeout = command;
			return null;
		}

	}

}
