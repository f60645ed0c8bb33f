package dev.resilience.delivery;

import java.util.concurrent.ThreadLocalRandom;

import dev.resilience.guard.Backoff;
import dev.resilience.guard.DurableCalls;
import dev.resilience.guard.Operation;
import dev.resilience.policy.DeliveryPolicy;

import org.springframework.util.Assert;

/**
 * An operation whose stored calls are delivered.
 *
 * @param calls what its calls are
 * @param operation makes the attempts
 * @param policy how they are delivered
 * @param backoff the wait before they are tried again
 */
record DurableOperation(DurableCalls calls, Operation operation, DeliveryPolicy policy, Backoff backoff) {

	static DurableOperation of(DurableCalls calls, Operation operation) {
		DeliveryPolicy policy = operation.policy().delivery();
		Assert.state(policy != null, "A durable operation has a policy for its deliveries");
		return new DurableOperation(calls, operation, policy,
				new Backoff(policy.backoff(), () -> ThreadLocalRandom.current().nextDouble()));
	}

}
