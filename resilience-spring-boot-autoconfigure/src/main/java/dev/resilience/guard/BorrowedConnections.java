package dev.resilience.guard;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

/**
 * Connections of the application's pool on which no answer is waited for longer than a
 * time, and which go back as they came: not every pool sees to that.
 */
final class BorrowedConnections {

	private BorrowedConnections() {
	}

	static DataSource of(DataSource pool, Duration longestSilence) {
		return proxy(DataSource.class, (proxy, method, args) -> {
			Object result = invoke(pool, method, args);
			return (result instanceof Connection connection) ? borrowed(connection, (int) longestSilence.toMillis())
					: result;
		});
	}

	private static Connection borrowed(Connection connection, int silenceMillis) throws SQLException {
		try {
			return limited(connection, silenceMillis);
		}
		catch (SQLException | RuntimeException ex) {
			connection.close();
			throw ex;
		}
	}

	private static Connection limited(Connection connection, int silenceMillis) throws SQLException {
		boolean autoCommit = connection.getAutoCommit();
		int networkTimeout = connection.getNetworkTimeout();
		connection.setNetworkTimeout(Runnable::run, silenceMillis);
		return proxy(Connection.class, (proxy, method, args) -> {
			if (method.getName().equals("close") && !connection.isClosed()) {
				try {
					connection.setAutoCommit(autoCommit);
					connection.setNetworkTimeout(Runnable::run, networkTimeout);
				}
				finally {
					connection.close();
				}
				return null;
			}
			return invoke(connection, method, args);
		});
	}

	private static @Nullable Object invoke(Object target, Method method, @Nullable Object @Nullable [] args)
			throws Throwable {
		try {
			return method.invoke(target, args);
		}
		catch (InvocationTargetException ex) {
			throw (ex.getCause() != null) ? ex.getCause() : ex;
		}
	}

	private static <T> T proxy(Class<T> type, InvocationHandler handler) {
		return type
			.cast(Proxy.newProxyInstance(BorrowedConnections.class.getClassLoader(), new Class<?>[] { type }, handler));
	}

}
