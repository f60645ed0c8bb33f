package dev.resilience.guard;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce.LettuceBasedProxyManagerBuilder;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Rate limits shared through Redis: a key for each dependency, which vanishes when the
 * bucket has long been full again.
 */
public final class RedisBuckets extends SharedBuckets {

	private static final Duration KEPT_WHEN_FULL = Duration.ofMinutes(1);

	private final String application;

	private final LettuceConnectionFactory connections;

	private final Duration timeout;

	// those from which the buckets were opened, by the dependencies' names
	private final Map<String, RedisConnection> open = new ConcurrentHashMap<>();

	/**
	 * Create the store.
	 * @param application the name that the instances have in common
	 * @param connections the application's connections
	 * @param timeout how long an answer may take
	 */
	public RedisBuckets(String application, LettuceConnectionFactory connections, Duration timeout) {
		this.application = application;
		this.connections = connections;
		this.timeout = timeout;
	}

	@Override
	@Nullable String problem() {
		return null;
	}

	@Override
	Bucket open(String dependency, BucketConfiguration limit) {
		RedisConnection connection = this.connections.getConnection();
		RedisConnection before = this.open.put(dependency, connection);
		if (before != null) {
			before.close();
		}
		String key = "resilience:rate-limit:" + this.application + "/" + dependency;
		return open(buckets(connection.getNativeConnection()), key.getBytes(StandardCharsets.UTF_8), dependency, limit);
	}

	@SuppressWarnings("unchecked")
	private ProxyManager<byte[]> buckets(Object commands) {
		LettuceBasedProxyManagerBuilder<byte[]> buckets = (commands instanceof RedisAdvancedClusterAsyncCommands<?, ?>)
				? Bucket4jLettuce.casBasedBuilder((RedisAdvancedClusterAsyncCommands<byte[], byte[]>) commands)
				: Bucket4jLettuce.casBasedBuilder((RedisAsyncCommands<byte[], byte[]>) commands);
		return buckets.requestTimeout(this.timeout)
			.expirationAfterWrite(ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(KEPT_WHEN_FULL))
			.build();
	}

}
