package dev.resilience.guard;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import org.jspecify.annotations.Nullable;

/**
 * The store through which the instances of an application share their rate limits.
 */
public abstract class SharedBuckets {

	/** What a user has to do when there is none. */
	static final String MISSING = "false, or the application something through which its instances can share it: a DataSource for PostgreSQL (one, or a primary one) and com.bucket4j:bucket4j_jdk17-postgresql, or Spring Data Redis with Lettuce and com.bucket4j:bucket4j_jdk17-lettuce";

	// what holds in this instance, by the dependencies' names
	private final Map<String, BucketConfiguration> limits = new ConcurrentHashMap<>();

	private final Map<String, BucketConfiguration> opened = new ConcurrentHashMap<>();

	SharedBuckets() {
	}

	/**
	 * Whether the store can be used at all. A store that does not answer now may do so
	 * later, and is no problem.
	 * @return what a user has to do, {@code null} if nothing
	 */
	abstract @Nullable String problem();

	/**
	 * A limit holds in this instance from now on. Another one that is opened later, by
	 * somebody who still waits for it, does not come back.
	 */
	final void limit(String dependency, BucketConfiguration limit) {
		this.limits.put(dependency, limit);
	}

	/**
	 * The bucket of a dependency. May block, and fail.
	 * @param dependency the name of the dependency
	 * @param limit what holds for all instances from now on
	 * @return the bucket, each of whose methods may block and fail
	 */
	abstract Bucket open(String dependency, BucketConfiguration limit);

	/**
	 * The bucket of a key. The first time it gets the given limit whatever it had before;
	 * opened again, after the store was out of reach, it keeps what a newer instance may
	 * have given it meanwhile.
	 */
	<K> Bucket open(ProxyManager<K> buckets, K key, String dependency, BucketConfiguration limit) {
		Bucket bucket = buckets.builder().build(key, () -> limit);
		bucket.getAvailableTokens();
		// set by an instance with an earlier configuration
		boolean holds = limit.equals(this.limits.getOrDefault(dependency, limit));
		boolean outdated = holds && !limit.equals(this.opened.get(dependency))
				&& buckets.getProxyConfiguration(key).filter((stored) -> !stored.equals(limit)).isPresent();
		if (outdated) {
			bucket.replaceConfiguration(limit, TokensInheritanceStrategy.PROPORTIONALLY);
		}
		if (holds) {
			this.opened.put(dependency, limit);
		}
		return bucket;
	}

}
