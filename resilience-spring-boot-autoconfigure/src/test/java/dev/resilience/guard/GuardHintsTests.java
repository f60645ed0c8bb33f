package dev.resilience.guard;

import java.sql.Connection;
import java.util.List;

import javax.sql.DataSource;

import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeHint;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a native image is told about the way of a call.
 */
class GuardHintsTests {

	private final RuntimeHints hints = new RuntimeHints();

	GuardHintsTests() {
		new GuardHints().registerHints(this.hints, getClass().getClassLoader());
	}

	// JDK 17, on which this may run, does not have the method
	@Test
	void virtualThreadsAreTold() {
		TypeHint type = this.hints.reflection().getTypeHint(Thread.class);
		assertThat(type).isNotNull();
		assertThat(type.methods()).singleElement().satisfies((method) -> {
			assertThat(method.getName()).isEqualTo("isVirtual");
			assertThat(method.getParameterTypes()).isEqualTo(List.of());
			assertThat(method.getMode()).isEqualTo(ExecutableMode.INVOKE);
		});
	}

	@Test
	void theStateOfAnAlarmIsFound() {
		assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(Alarm.class, "state")).accepts(this.hints);
	}

	@Test
	void connectionsMayBeWrapped() throws NoSuchMethodException {
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(DataSource.class)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(Connection.class)).accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Connection.class, "commit"))
			.accepts(this.hints);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(DataSource.class.getMethod("getConnection")))
			.accepts(this.hints);
	}

}
