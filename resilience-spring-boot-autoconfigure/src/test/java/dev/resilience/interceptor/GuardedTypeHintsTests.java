package dev.resilience.interceptor;

import java.util.List;

import dev.resilience.Dependency;
import dev.resilience.DependencyType;
import dev.resilience.interceptor.AheadOfTimeTests.Application;
import dev.resilience.interceptor.AheadOfTimeTests.Backup;
import dev.resilience.interceptor.AheadOfTimeTests.Base;
import dev.resilience.interceptor.AheadOfTimeTests.Client;
import dev.resilience.interceptor.AheadOfTimeTests.Declined;
import dev.resilience.interceptor.AheadOfTimeTests.NotFound;
import dev.resilience.interceptor.AheadOfTimeTests.Own;
import dev.resilience.interceptor.AheadOfTimeTests.Quoted;
import dev.resilience.interceptor.AheadOfTimeTests.Remote;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a native image is told about annotated beans.
 */
class GuardedTypeHintsTests {

	private static final RuntimeHints HINTS = new ProcessedApplication(Application.class, AheadOfTimeTests.PROPERTIES)
		.hints();

	@Test
	void methodsOfAnnotatedTypesMayBeInvoked() {
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Own.class, "price")).accepts(HINTS);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Own.class, "ownPrice")).accepts(HINTS);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Client.class, "defaultPrice")).accepts(HINTS);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Base.class, "price")).accepts(HINTS);
	}

	@Test
	void whatPropertiesAndAnnotationsNameIsFound() {
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Backup.class, "quote")).accepts(HINTS);
		assertThat(RuntimeHintsPredicates.reflection().onType(Declined.class)).accepts(HINTS);
		assertThat(RuntimeHintsPredicates.reflection().onType(NotFound.class)).accepts(HINTS);
		assertThat(RuntimeHintsPredicates.reflection().onType(String[].class)).accepts(HINTS);
	}

	@Test
	void theAnnotationsOfTheApplicationAreRead() {
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Quoted.class, "system")).accepts(HINTS);
	}

	@Test
	void theProxyAroundAClientIsKnown() {
		assertThat(
				RuntimeHintsPredicates.proxies().forInterfaces(AopProxyUtils.completeJdkProxyInterfaces(Remote.class)))
			.accepts(HINTS);
	}

	@ParameterizedTest
	@ValueSource(strings = { "resilience.dependencies.mail.delivery=durable",
			"resilience.dependencies.mail.delivery.mode=DURABLE",
			"resilience.dependencies.mail.operations.send.delivery=durable",
			"resilience.types.optional.delivery=durable" })
	void argumentsOfDurableMethodsAreWrittenAndReadAgain(String property) throws NoSuchMethodException {
		RuntimeHints hints = new ProcessedApplication(MailApplication.class, property).hints();
		for (Class<?> type : List.of(Mail.class, Attachment.class)) {
			assertThat(RuntimeHintsPredicates.reflection().onConstructorInvocation(type.getDeclaredConstructors()[0]))
				.accepts(hints);
			assertThat(
					RuntimeHintsPredicates.reflection().onMethodInvocation(type.getRecordComponents()[0].getAccessor()))
				.accepts(hints);
		}
		assertThat(RuntimeHintsPredicates.reflection().onType(Query.class)).rejects(hints);
	}

	@Test
	void argumentsOfOtherMethodsAreNot() {
		RuntimeHints hints = new ProcessedApplication(MailApplication.class,
				"resilience.dependencies.mail.delivery=best-effort")
			.hints();
		assertThat(RuntimeHintsPredicates.reflection().onType(Mail.class)).rejects(hints);
	}

	@Test
	void otherBeansNeedNothing() {
		RuntimeHints hints = new ProcessedApplication(Application.class, AheadOfTimeTests.PROPERTIES[1]).hints();
		assertThat(RuntimeHintsPredicates.reflection()
			.onType(Backup.class)
			.withMemberCategory(MemberCategory.INVOKE_DECLARED_METHODS)).rejects(hints);
	}

	@Test
	void whereNothingIsGuardedNothingIsNeeded() {
		RuntimeHints hints = new ProcessedApplication(Application.class, "resilience.enabled=false").hints();
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Own.class, "ownPrice")).rejects(hints);
	}

	// a value that only the place of the application knows
	@Test
	void propertiesWithoutAValueAtTheBuildAreLeftAlone() {
		RuntimeHints hints = new ProcessedApplication(Application.class,
				"resilience.dependencies.own.timeout=${TIMEOUT}", "resilience.dependencies.own.fallback=${FALLBACK}",
				AheadOfTimeTests.PROPERTIES[0])
			.hints();
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Backup.class, "quote")).accepts(hints);
	}

	static class MailApplication {

		@Dependency(name = "mail", type = DependencyType.OPTIONAL)
		void send(Mail mail) {
		}

		@Dependency(name = "mail", type = DependencyType.OPTIONAL)
		List<String> search(Query query) {
			return List.of();
		}

	}

	record Mail(String to, List<Attachment> attachments) {
	}

	record Attachment(String name) {
	}

	record Query(String text) {
	}

}
