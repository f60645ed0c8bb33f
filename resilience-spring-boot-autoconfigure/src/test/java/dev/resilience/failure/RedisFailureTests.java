package dev.resilience.failure;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import dev.resilience.FailureKind;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisException;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.protocol.ProtocolVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.dao.DataAccessException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.PoolException;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link LettuceLinkClassifier} and {@link SpringRedisLinkClassifier} with
 * Spring Data Redis and a server on a real socket.
 */
class RedisFailureTests {

	private final FailureClassification classification = FailureClassification.create(List.of(), null);

	private volatile String reply = "$2\r\nok\r\n";

	private LettuceConnectionFactory connections;

	// the client names itself, then asks for a key, each in lines of their own
	@AutoClose
	private final TalkingServer server = new TalkingServer("", (line) -> switch (line) {
		case "lib-name", "lib-ver" -> "+OK\r\n";
		case "sku-1" -> this.reply;
		default -> "";
	});

	RedisFailureTests() throws IOException {
	}

	@BeforeEach
	void connect() {
		connect(Duration.ofSeconds(30));
	}

	private void connect(Duration timeout) {
		this.connections = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration("127.0.0.1", this.server.port()),
				LettuceClientConfiguration.builder()
					.commandTimeout(Duration.ofSeconds(30))
					.clientOptions(ClientOptions.builder()
						.protocolVersion(ProtocolVersion.RESP2)
						.pingBeforeActivateConnection(false)
						.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
						.maintNotificationsConfig(MaintNotificationsConfig.disabled())
						.timeoutOptions(TimeoutOptions.enabled(timeout))
						.build())
					.build());
		this.connections.start();
	}

	@AfterEach
	void disconnect() {
		this.connections.destroy();
	}

	@Test
	void replyIsNoFailure() {
		assertThat(new StringRedisTemplate(this.connections).opsForValue().get("sku-1")).isEqualTo("ok");
	}

	@ParameterizedTest
	@CsvSource({ "NOAUTH Authentication required., CLIENT_ERROR, true", "WRONGPASS invalid, CLIENT_ERROR, true",
			"NOPERM no permissions, CLIENT_ERROR, true", "WRONGTYPE wrong kind of value, CLIENT_ERROR, false",
			"ERR unknown command, CLIENT_ERROR, false", "NOSCRIPT No matching script, CLIENT_ERROR, false",
			"LOADING loading the dataset, SERVER_ERROR, false", "BUSY running a script, SERVER_ERROR, false",
			"OOM command not allowed, SERVER_ERROR, false", "READONLY You can't write, SERVER_ERROR, false",
			"CLUSTERDOWN The cluster is down, SERVER_ERROR, false", "MASTERDOWN Link is down, SERVER_ERROR, false",
			"TRYAGAIN Multiple keys, SERVER_ERROR, false", "MISCONF snapshots, SERVER_ERROR, false",
			"NOREPLICAS Not enough, SERVER_ERROR, false", "ERR max number of clients reached, SERVER_ERROR, false" })
	void errorReplies(String error, FailureKind kind, boolean unauthorized) {
		this.reply = "-" + error + "\r\n";
		Classification classified = classify(DataAccessException.class);
		assertThat(classified.kind()).isEqualTo(kind);
		assertThat(classified.unauthorized()).isEqualTo(unauthorized);
		assertThat(classified.database()).isFalse();
	}

	@Test
	void timeoutIsNoDatabasesTimeout() {
		disconnect();
		connect(Duration.ofMillis(500));
		this.reply = "";
		Classification classified = classify(QueryTimeoutException.class);
		assertThat(classified.kind()).isEqualTo(FailureKind.TIMEOUT);
		assertThat(classified.database()).isFalse();
	}

	@Test
	void refusedConnection() {
		this.server.close();
		Classification classified = classify(RedisConnectionFailureException.class);
		assertThat(classified.kind()).isEqualTo(FailureKind.CONNECTION_REFUSED);
		assertThat(classified.database()).isFalse();
	}

	@Test
	void unknownFailuresOfRedis() {
		assertThat(this.classification.classify(new RedisException("Connection disconnected")).kind())
			.isEqualTo(FailureKind.UNKNOWN);
		assertThat(this.classification.classify(new RedisException("Currently not connected. Commands are rejected."))
			.kind()).isEqualTo(FailureKind.CONNECTION_REFUSED);
	}

	@Test
	void poolThatIsExhaustedSendsNothing() {
		Classification classified = this.classification.classify(new RedisConnectionFailureException(
				"Unable to connect to Redis", new PoolException("Could not get a resource from the pool")));
		assertThat(classified.kind()).isEqualTo(FailureKind.CONNECTION_REFUSED);
		assertThat(classified.database()).isFalse();
		assertThat(this.classification.classify(new PoolException("Returned connection was closed")).kind())
			.isEqualTo(FailureKind.UNKNOWN);
	}

	private Classification classify(Class<?> type) {
		Throwable failure = catchThrowable(() -> new StringRedisTemplate(this.connections).opsForValue().get("sku-1"));
		assertThat(failure).isInstanceOf(type);
		return this.classification.classify(failure);
	}

}
