package dev.resilience.guard;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.resilience.DependencyType;
import dev.resilience.policy.InvalidSettingException;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PostgresBuckets}, with a real PostgreSQL.
 */
@Timeout(120)
class PostgresBucketsTests {

	private static final Duration PATIENT = Duration.ofSeconds(30);

	private final BucketConfiguration hundred = limit(100);

	@AutoClose
	private final TestEnvironment environment = new TestEnvironment();

	@Test
	void instancesThatStartTogetherCreateTheTableAndShareTheBucket() throws Exception {
		DataSource dataSource = dataSource(TestPostgres.database());
		CyclicBarrier barrier = new CyclicBarrier(8);
		List<Future<Long>> taken = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			taken.add(this.environment.workers.submit(() -> {
				barrier.await();
				PostgresBuckets buckets = buckets(dataSource, PATIENT);
				assertThat(buckets.problem()).isNull();
				return buckets.open("partner", this.hundred).tryConsumeAsMuchAsPossible(30);
			}));
		}
		long total = 0;
		for (Future<Long> each : taken) {
			total += each.get();
		}
		assertThat(total).isEqualTo(100);
		assertThat(new JdbcTemplate(dataSource).queryForList("select id from resilience_rate_limit", String.class))
			.containsExactly("shop/partner");
	}

	@Test
	void changedLimitTakesEffect() {
		DataSource dataSource = dataSource(TestPostgres.database());
		Bucket before = buckets(dataSource, PATIENT).open("partner", this.hundred);
		assertThat(before.tryConsume(10)).isTrue();
		Bucket after = buckets(dataSource, PATIENT).open("partner", limit(50));
		assertThat(after.getAvailableTokens()).isEqualTo(45);
		assertThat(before.getAvailableTokens()).isEqualTo(45);
	}

	@Test
	void limitWhosePlaceAnotherHasTakenDoesNotComeBack() {
		PostgresBuckets buckets = buckets(dataSource(TestPostgres.database()), PATIENT);
		buckets.limit("partner", this.hundred);
		buckets.open("partner", this.hundred);
		buckets.limit("partner", limit(50));
		assertThat(buckets.open("partner", limit(50)).getAvailableTokens()).isEqualTo(50);
		// by a call that began before
		assertThat(buckets.open("partner", this.hundred).getAvailableTokens()).isEqualTo(50);
		assertThat(buckets.open("partner", limit(50)).getAvailableTokens()).isEqualTo(50);
	}

	@Test
	void tableThatMustNotBeCreatedIsAProblemUntilItIsThere() {
		String url = TestPostgres.database();
		JdbcTemplate admin = new JdbcTemplate(dataSource(url));
		String user = "reader" + System.nanoTime();
		admin.execute("revoke create on schema public from public");
		admin.execute("create user " + user);
		DataSource dataSource = dataSource(url.replace("user=postgres", "user=" + user));
		assertThat(buckets(dataSource, PATIENT).problem()).contains("database user must not create",
				"create table if not exists resilience_rate_limit (id text primary key, state bytea)");
		assertThatIllegalStateException().isThrownBy(() -> buckets(dataSource, PATIENT).open("partner", this.hundred))
			.withMessageContaining("resilience_rate_limit");
		admin.execute("create table if not exists resilience_rate_limit (id text primary key, state bytea)");
		admin.execute("grant select, insert, update on resilience_rate_limit to " + user);
		assertThat(buckets(dataSource, PATIENT).problem()).isNull();
		assertThat(buckets(dataSource, PATIENT).open("partner", this.hundred).tryConsume(1)).isTrue();
	}

	@Test
	void anotherProductIsAProblem() {
		DataSource h2 = new DriverManagerDataSource("jdbc:h2:mem:limits");
		assertThat(buckets(h2, PATIENT).problem())
			.isEqualTo("true only with PostgreSQL or Redis, while the application's DataSource is for H2");
		TestEnvironment environment = this.environment
			.with(new Sharing(() -> buckets(h2, PATIENT), 1, Duration.ofMillis(100)));
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> environment.sharedRateLimit("rate-limit.permits=1", "rate-limit.shared=true"))
			.withMessageContaining("'resilience.dependencies.partner.rate-limit.shared' has the value 'true'")
			.withMessageContaining("H2");
	}

	@Test
	void connectionsGoBackAsTheyCame() throws Exception {
		// a pool that resets nothing
		SingleConnectionDataSource pool = new SingleConnectionDataSource(TestPostgres.database(), true);
		try {
			PostgresBuckets buckets = buckets(pool, PATIENT);
			assertThat(buckets.problem()).isNull();
			assertThat(buckets.open("partner", this.hundred).tryConsume(1)).isTrue();
			assertThat(pool.getConnection().getAutoCommit()).isTrue();
			assertThat(pool.getConnection().getNetworkTimeout()).isZero();
		}
		finally {
			pool.destroy();
		}
	}

	@Test
	void callersRollbackGivesNoTokenBack() {
		DataSource dataSource = dataSource(TestPostgres.database());
		Operation operation = operation(dataSource, PATIENT, "rate-limit.permits=2");
		TransactionTemplate transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
		transaction.executeWithoutResult((status) -> {
			assertThat(call(operation)).isTrue();
			status.setRollbackOnly();
		});
		assertThat(call(operation)).isTrue();
		assertThat(call(operation)).isFalse();
		assertThat(operation.guard().rateLimitReducedSince()).isNull();
	}

	@Test
	void callerThatHoldsTheOnlyConnectionIsServedByThisInstance() {
		try (HikariDataSource pool = pool(TestPostgres.database(), 1)) {
			Operation operation = operation(pool, Duration.ofMillis(200), "rate-limit.permits=2");
			await().until(() -> operation.guard().rateLimitReducedSince() == null
					&& this.environment.workers.getActiveCount() == 0);
			new TransactionTemplate(new JdbcTransactionManager(pool)).executeWithoutResult((status) -> {
				new JdbcTemplate(pool).queryForObject("select 1", Integer.class);
				assertThat(call(operation)).isTrue();
				// the caller goes on before that is noted
				await().until(() -> operation.guard().rateLimitReducedSince() != null);
			});
			await().until(() -> operation.guard().rateLimitReducedSince() == null);
			assertThat(call(operation)).isTrue();
		}
	}

	@Test
	void databaseThatNeverAnswersNeitherStopsTheStartNorBlocksCallers() throws Exception {
		try (ServerSocket silent = new ServerSocket(0)) {
			DataSource dataSource = dataSource("jdbc:postgresql://localhost:" + silent.getLocalPort() + "/x");
			Operation operation = operation(dataSource, Duration.ofMillis(50), "rate-limit.permits=3");
			int made = 0;
			while (call(operation)) {
				made++;
			}
			assertThat(made).isEqualTo(3);
			assertThat(operation.guard().rateLimitReducedSince()).isNotNull();
			// one for the look at startup, one for the requests
			assertThat(this.environment.workers.getActiveCount()).isLessThanOrEqualTo(2);
		}
	}

	@Test
	void connectionsThatTheNetworkLostKeepNoThread() throws Exception {
		String url = TestPostgres.database();
		int port = URI.create(url.substring("jdbc:".length())).getPort();
		try (SwallowingProxy network = new SwallowingProxy(port);
				HikariDataSource pool = pool(url.replace(":" + port + "/", ":" + network.port() + "/"), 2)) {
			pool.setMinimumIdle(1);
			Operation operation = operation(pool, Duration.ofSeconds(1), "rate-limit.permits=100");
			assertThat(callUntilRefused(operation, 3)).isEqualTo(3);
			assertThat(operation.guard().rateLimitReducedSince()).isNull();
			// one that is being opened would keep the pool's own thread for ever
			await().until(() -> network.accepted() == pool.getHikariPoolMXBean().getTotalConnections());
			network.loseConnections();
			assertThat(callUntilRefused(operation, 3)).isEqualTo(3);
			assertThat(operation.guard().rateLimitReducedSince()).isNotNull();
			await().atMost(Duration.ofSeconds(40))
				.until(() -> operation.guard().rateLimitReducedSince() == null
						&& this.environment.workers.getActiveCount() == 0);
			assertThat(callUntilRefused(operation, 3)).isEqualTo(3);
		}
	}

	@Test
	void databaseThatGoesAndComesBack(@TempDir Path data) throws Exception {
		EmbeddedPostgres postgres = postgres(0, data.resolve("first"));
		int port = postgres.getPort();
		try (HikariDataSource pool = pool(postgres.getJdbcUrl("postgres", "postgres"), 4)) {
			TestEnvironment environment = this.environment
				.with(new Sharing(() -> buckets(pool, Duration.ofSeconds(2)), 4, Duration.ofSeconds(2)));
			Operation operation = environment.operation(DependencyType.CRITICAL, Form.BLOCKING, "isolation=caller",
					"rate-limit.permits=100", "rate-limit.per=100h", "rate-limit.shared=true");
			assertThat(callUntilRefused(operation, 10)).isEqualTo(10);
			assertThat(operation.guard().rateLimitReducedSince()).isNull();
			postgres.close();
			assertThat(callUntilRefused(operation, 200)).isEqualTo(25);
			assertThat(operation.guard().rateLimitReducedSince()).isNotNull();
			// an empty one
			postgres = postgres(port, data.resolve("second"));
			await().atMost(Duration.ofSeconds(60)).until(() -> operation.guard().rateLimitReducedSince() == null);
			assertThat(callUntilRefused(operation, 200)).isEqualTo(100);
		}
		finally {
			postgres.close();
		}
	}

	private static EmbeddedPostgres postgres(int port, Path data) throws IOException {
		return EmbeddedPostgres.builder().setPort(port).setDataDirectory(data).start();
	}

	static int callUntilRefused(Operation operation, int most) {
		int made = 0;
		while (made < most && call(operation)) {
			made++;
		}
		return made;
	}

	private static boolean call(Operation operation) {
		try {
			operation.call((last) -> null);
			return true;
		}
		catch (dev.resilience.DependencyOverloadedException ex) {
			return false;
		}
		catch (Throwable ex) {
			throw new AssertionError(ex);
		}
	}

	private Operation operation(DataSource dataSource, Duration timeout, String permits) {
		return this.environment.with(new Sharing(() -> buckets(dataSource, timeout), 1, timeout))
			.operation(DependencyType.CRITICAL, Form.BLOCKING, "isolation=caller", "rate-limit.shared=true",
					"rate-limit.per=100h", permits);
	}

	private PostgresBuckets buckets(DataSource dataSource, Duration timeout) {
		return new PostgresBuckets("shop", dataSource, timeout, this.environment.workers);
	}

	private static BucketConfiguration limit(int permits) {
		return BucketConfiguration.builder()
			.addLimit(Bandwidth.builder().capacity(permits).refillGreedy(permits, Duration.ofHours(10)).build())
			.build();
	}

	private static DataSource dataSource(String url) {
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setUrl(url);
		return dataSource;
	}

	private static HikariDataSource pool(String url, int size) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(url);
		pool.setMaximumPoolSize(size);
		return pool;
	}

}
