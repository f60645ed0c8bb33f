package dev.resilience.guard;

import java.sql.Connection;
import java.sql.Wrapper;
import java.util.List;
import java.util.stream.Stream;

import javax.sql.CommonDataSource;
import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What the guard looks up by name in {@link VirtualThreads} and {@link Alarm}, and the
 * proxies of {@link BorrowedConnections}.
 */
final class GuardHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.reflection()
			.registerType(Thread.class, (type) -> type.withMethod("isVirtual", List.of(), ExecutableMode.INVOKE))
			.registerType(Alarm.class, (type) -> type.withField("state"));
		hints.proxies().registerJdkProxy(DataSource.class).registerJdkProxy(Connection.class);
		Stream.of(DataSource.class, CommonDataSource.class, Connection.class, Wrapper.class)
			.forEach((type) -> hints.reflection().registerType(type, MemberCategory.INVOKE_PUBLIC_METHODS));
	}

}
