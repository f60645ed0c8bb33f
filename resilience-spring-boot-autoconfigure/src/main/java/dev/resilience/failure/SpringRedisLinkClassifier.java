package dev.resilience.failure;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.connection.PoolException;

/**
 * Spring Data Redis. Its exceptions are data access exceptions, but Redis takes no part
 * in the caller's transaction.
 */
final class SpringRedisLinkClassifier implements LinkClassifier {

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (link instanceof PoolException && Texts.startsWith(link, "Could not get a resource from the pool")) {
			return Classification.REFUSED;
		}
		return (link instanceof RedisConnectionFailureException || link instanceof RedisSystemException)
				? Classification.of(FailureKind.UNKNOWN) : null;
	}

}
