package dev.resilience.guard;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.InvalidSettingException;
import dev.resilience.signal.DependencyLog;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * A rate limit that instances share through a store. Calls stand in line; one request at
 * a time asks for the tokens of all that stand there, so that a store that is slow or
 * dead keeps one thread and no caller. Whoever has no answer in time is served by the
 * part of the limit that this instance keeps by itself, and so is everybody until the
 * store answers in time again.
 */
final class SharedRateLimit implements RateLimit {

	private static final long ASK_AGAIN_SECONDS = 1;

	private final String dependency;

	private final DependencyPolicy.RateLimit policy;

	private final DependencyLog log;

	private final RateLimit part;

	private final SharedBuckets buckets;

	private final BucketConfiguration limit;

	private final Environment environment;

	private final StoreRequests requests;

	private final long timeoutNanos;

	private final Queue<Turn> line = new ConcurrentLinkedQueue<>();

	private final AtomicLong unused = new AtomicLong();

	private final AtomicReference<@Nullable Instant> reducedSince = new AtomicReference<>();

	private volatile @Nullable Future<?> asking;

	private SharedRateLimit(String dependency, DependencyPolicy.RateLimit policy, SharedBuckets buckets,
			Environment environment) {
		Sharing sharing = environment.sharing();
		this.dependency = dependency;
		this.policy = policy;
		this.environment = environment;
		this.timeoutNanos = sharing.timeout().toNanos();
		this.log = new DependencyLog(environment.clock());
		this.part = new LocalRateLimit(policy, sharing.instances(), environment.clock(), environment.timer());
		this.buckets = buckets;
		this.limit = BucketConfiguration.builder().addLimit(RateLimit.bandwidth(policy, 1)).build();
		this.requests = new StoreRequests(this, () -> buckets.open(dependency, this.limit), environment);
	}

	/**
	 * Create a shared limit.
	 * @throws InvalidSettingException if the limit cannot be shared
	 */
	static SharedRateLimit create(DependencyPolicy policy, DependencyPolicy.RateLimit limit, Environment environment) {
		SharedBuckets buckets = environment.sharing().buckets().get();
		String problem = (buckets != null) ? buckets.problem() : SharedBuckets.MISSING;
		if (buckets == null || problem != null) {
			throw new InvalidSettingException(policy.sources().getOrDefault("rate-limit.shared", "rate-limit.shared"),
					true, String.valueOf(problem));
		}
		return new SharedRateLimit(policy.name(), limit, buckets, environment);
	}

	@Override
	public void start(@Nullable RateLimit predecessor) {
		this.buckets.limit(this.dependency, this.limit);
		this.requests.ask();
		this.asking = this.environment.timer()
			.scheduleWithFixedDelay(this::askAgain, ASK_AGAIN_SECONDS, ASK_AGAIN_SECONDS, TimeUnit.SECONDS);
	}

	@Override
	public void stop() {
		Future<?> asking = this.asking;
		if (asking != null) {
			asking.cancel(false);
		}
	}

	/** See whether the store answers again, and give back what was not used. */
	void askAgain() {
		if (isReduced() || this.unused.get() > 0) {
			this.requests.ask();
		}
	}

	@Override
	public CompletableFuture<Boolean> acquire(long leftNanos) {
		if (isReduced()) {
			return this.part.acquire(leftNanos);
		}
		Turn turn = new Turn(now() + leftNanos);
		long patience = Math.min(this.timeoutNanos, leftNanos);
		try {
			Future<?> timeout = this.environment.timer()
				.schedule(() -> unanswered(turn, patience), patience, TimeUnit.NANOSECONDS);
			turn.whenComplete((granted, cancelled) -> timeout.cancel(false));
		}
		catch (RejectedExecutionException ex) {
			return this.part.acquire(leftNanos); // shutting down
		}
		this.line.add(turn);
		this.requests.ask();
		return turn;
	}

	private void unanswered(Turn turn, long patience) {
		this.line.remove(turn);
		if (keepToPart(turn) && patience == this.timeoutNanos) {
			lost("no answer within " + TimeUnit.NANOSECONDS.toMillis(patience) + "ms");
		}
	}

	private boolean keepToPart(Turn turn) {
		boolean undecided = turn.decide();
		if (undecided) {
			turn.decideBy(this.part, this.part.acquire(turn.endNanos - now()));
		}
		return undecided;
	}

	/** Whether somebody stands in line. */
	boolean isAwaited() {
		return !this.line.isEmpty();
	}

	/** Ask for the tokens of all who stand in line now. */
	void serve(Bucket bucket) {
		Queue<Turn> turns = new ArrayDeque<>();
		for (Turn turn = this.line.poll(); turn != null; turn = this.line.poll()) {
			turns.add(turn);
		}
		try {
			if (turns.isEmpty()) {
				bucket.getAvailableTokens(); // only to see that it answers
			}
			else {
				grant(bucket.tryConsumeAsMuchAsPossible(turns.size()), turns);
			}
			if (!turns.isEmpty()) {
				reserve(bucket, turns);
			}
			if (this.unused.get() > 0) {
				giveBackUnused(bucket);
			}
		}
		finally {
			turns.forEach(this::keepToPart); // after a failure
		}
	}

	private void grant(long tokens, Queue<Turn> turns) {
		long left = tokens;
		while (left > 0 && !turns.isEmpty()) {
			Turn turn = turns.remove();
			if (turn.decide() && turn.complete(true)) {
				left--;
			}
		}
		this.unused.addAndGet(left);
	}

	// in one request for all whose tokens come in time, whatever their number
	private void reserve(Bucket bucket, Queue<Turn> turns) {
		long longest = turns.stream().mapToLong(this::waitNanos).max().orElse(0);
		long first = (longest > 0) ? bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill() : 0;
		long between = Math.max(1, this.policy.per().dividedBy(this.policy.permits()).toNanos());
		long inTime = (longest > 0 && first <= longest) ? 1 + (longest - first) / between : 0;
		long tokens = Math.min(inTime, turns.size());
		long last = (tokens > 0) ? bucket.consumeIgnoringRateLimits(tokens) : 0;
		for (long place = 1; !turns.isEmpty(); place++) {
			Turn turn = turns.remove();
			CompletableFuture<Boolean> token = REFUSED;
			if (place <= tokens) {
				token = in(Math.max(0, last - (tokens - place) * between), waitNanos(turn));
			}
			if (turn.decide()) {
				turn.decideBy(this, token);
			}
			else if (!token.cancel(false) && token.join()) {
				giveBack();
			}
		}
	}

	private long waitNanos(Turn turn) {
		return Math.min(this.policy.maxWait().toNanos(), turn.endNanos - now());
	}

	/** A token that has been taken and may be used after a time. */
	private CompletableFuture<Boolean> in(long nanos, long longest) {
		if (nanos > longest) {
			giveBack();
			return REFUSED;
		}
		CompletableFuture<Boolean> token = new CompletableFuture<>();
		token.whenComplete((granted, cancelled) -> {
			if (cancelled != null) {
				giveBack();
			}
		});
		try {
			this.environment.timer().schedule(() -> token.complete(true), nanos, TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			token.cancel(false); // shutting down
			return REFUSED;
		}
		return token;
	}

	private void giveBackUnused(Bucket bucket) {
		long unused = this.unused.getAndSet(0);
		try {
			bucket.addTokens(unused);
		}
		catch (RuntimeException ex) {
			this.unused.addAndGet(unused);
			throw ex;
		}
	}

	/** The store has answered, after this time. */
	void answered(long nanos) {
		if (nanos > this.timeoutNanos) {
			lost("an answer after " + TimeUnit.NANOSECONDS.toMillis(nanos) + "ms");
		}
		else if (this.reducedSince.getAndSet(null) != null) {
			this.log.repeated(Level.INFO, this.dependency, null,
					"The shared rate limit of dependency '{}' is back: its store answers again", this.dependency);
		}
	}

	/** The store does not answer as it should. */
	void lost(String reason) {
		if (this.reducedSince.compareAndSet(null, Instant.now())) {
			this.log.repeated(Level.WARN, this.dependency, null,
					"The shared rate limit of dependency '{}' is out of reach ({}): this instance keeps to 1/{} of it",
					this.dependency, reason, this.environment.sharing().instances());
		}
		for (Turn turn = this.line.poll(); turn != null; turn = this.line.poll()) {
			keepToPart(turn);
		}
	}

	@Override
	public void giveBack() {
		if (isReduced()) {
			this.part.giveBack();
		}
		else {
			this.unused.incrementAndGet(); // with the next request
		}
	}

	@Override
	public @Nullable Instant reducedSince() {
		return this.reducedSince.get();
	}

	private boolean isReduced() {
		return this.reducedSince.get() != null;
	}

	private long now() {
		return this.environment.clock().getAsLong();
	}

}
