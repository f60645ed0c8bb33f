package dev.resilience.guard;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;

import javax.sql.DataSource;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link BorrowedConnections}.
 */
class BorrowedConnectionsTests {

	@Test
	void aConnectionThatCannotBeLimitedGoesBackToItsPool() throws SQLException {
		Connection connection = mock();
		DataSource pool = mock();
		given(pool.getConnection()).willReturn(connection);
		willThrow(SQLFeatureNotSupportedException.class).given(connection).setNetworkTimeout(any(), anyInt());
		assertThatExceptionOfType(SQLFeatureNotSupportedException.class)
			.isThrownBy(() -> BorrowedConnections.of(pool, Duration.ofSeconds(1)).getConnection());
		then(connection).should().close();
	}

}
