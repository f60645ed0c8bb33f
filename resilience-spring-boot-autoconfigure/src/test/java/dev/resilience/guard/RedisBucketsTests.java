package dev.resilience.guard;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;

import dev.resilience.DependencyType;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.embedded.RedisServer;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * Tests for {@link RedisBuckets}, with a real Redis.
 */
@Timeout(120)
class RedisBucketsTests {

	private static final Duration PATIENT = Duration.ofSeconds(30);

	private final int port = freePort();

	private RedisServer redis = start();

	private final LettuceConnectionFactory connections = new LettuceConnectionFactory(
			new RedisStandaloneConfiguration("localhost", this.port));

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment();

	@BeforeEach
	void connect() {
		this.connections.afterPropertiesSet();
		this.connections.start();
	}

	@AfterEach
	void stop() throws IOException {
		this.connections.destroy();
		this.redis.stop();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void instancesShareTheBucket(boolean nativeConnectionIsShared) throws Exception {
		this.connections.setShareNativeConnection(nativeConnectionIsShared);
		CyclicBarrier barrier = new CyclicBarrier(8);
		List<Future<Long>> taken = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			taken.add(this.environment.workers.submit(() -> {
				barrier.await();
				return buckets(PATIENT).open("partner", limit(100)).tryConsumeAsMuchAsPossible(30);
			}));
		}
		long total = 0;
		for (Future<Long> each : taken) {
			total += each.get();
		}
		assertThat(total).isEqualTo(100);
		StringRedisTemplate redis = new StringRedisTemplate(this.connections);
		assertThat(redis.keys("*")).containsExactly("resilience:rate-limit:shop/partner");
		assertThat(redis.getExpire("resilience:rate-limit:shop/partner")).isPositive();
	}

	@Test
	void changedLimitTakesEffect() {
		Bucket before = buckets(PATIENT).open("partner", limit(100));
		assertThat(before.tryConsume(10)).isTrue();
		Bucket after = buckets(PATIENT).open("partner", limit(50));
		assertThat(after.getAvailableTokens()).isEqualTo(45);
		assertThat(before.getAvailableTokens()).isEqualTo(45);
	}

	@Test
	void aLimitThatChangesWhileItRunsTakesEffect() {
		RedisBuckets buckets = buckets(PATIENT);
		assertThat(buckets.open("partner", limit(100)).tryConsume(10)).isTrue();
		assertThat(buckets.open("partner", limit(50)).getAvailableTokens()).isEqualTo(45);
	}

	@Test
	void redisThatGoesAndComesBack() throws Exception {
		Operation operation = this.environment
			.with(new Sharing(() -> buckets(Duration.ofSeconds(2)), 4, Duration.ofSeconds(2)))
			.operation(DependencyType.CRITICAL, Form.BLOCKING, "isolation=caller", "rate-limit.permits=100",
					"rate-limit.per=100h", "rate-limit.shared=true");
		assertThat(PostgresBucketsTests.callUntilRefused(operation, 10)).isEqualTo(10);
		assertThat(operation.guard().rateLimitReducedSince()).isNull();
		this.redis.stop();
		assertThat(PostgresBucketsTests.callUntilRefused(operation, 200)).isEqualTo(25);
		assertThat(operation.guard().rateLimitReducedSince()).isNotNull();
		this.redis = start();
		await().atMost(Duration.ofSeconds(60)).until(() -> operation.guard().rateLimitReducedSince() == null);
		assertThat(PostgresBucketsTests.callUntilRefused(operation, 200)).isEqualTo(100);
	}

	private RedisBuckets buckets(Duration timeout) {
		return new RedisBuckets("shop", this.connections, timeout);
	}

	private static BucketConfiguration limit(int permits) {
		return BucketConfiguration.builder()
			.addLimit(Bandwidth.builder().capacity(permits).refillGreedy(permits, Duration.ofHours(10)).build())
			.build();
	}

	private RedisServer start() {
		try {
			RedisServer redis = RedisServer.newRedisServer()
				.port(this.port)
				.bind("127.0.0.1")
				.setting("save \"\"")
				.onShutdownForceStop(true)
				.build();
			redis.start();
			return redis;
		}
		catch (IOException | RuntimeException ex) {
			return abort("No Redis runs here: " + ex.getMessage());
		}
	}

	private static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
