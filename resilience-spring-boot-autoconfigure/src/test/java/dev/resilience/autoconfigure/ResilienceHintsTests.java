package dev.resilience.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.resilience.Dependency;
import dev.resilience.IdempotencyKey;
import dev.resilience.actuate.DeliveryOperations;
import dev.resilience.actuate.IntegrationsEndpoint;
import dev.resilience.actuate.QuarantineReads;
import dev.resilience.policy.Rate;
import dev.resilience.policy.Settings;
import dev.resilience.policy.Window;
import dev.resilience.registry.DeadLetter;
import dev.resilience.registry.DependencyDescriptor;
import dev.resilience.registry.DependencyMap;
import dev.resilience.signal.CorruptResponse;
import dev.resilience.web.GuardedFeignCapability;
import dev.resilience.web.RecordingFeignCapability;
import feign.Client;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.beans.factory.aot.AotServices;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a native image is told about the starter as a whole.
 */
class ResilienceHintsTests {

	private static final RuntimeHints HINTS = hints();

	private static RuntimeHints hints() {
		TestGenerationContext generated = new TestGenerationContext(ResilienceHintsTests.class);
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			TestPropertyValues
				.of("resilience.quarantine.enabled=true", "management.endpoints.jmx.exposure.include=integrations",
						"spring.jmx.enabled=true")
				.applyTo(context);
			context.register(ResilienceAutoConfiguration.class, ResilienceClientAutoConfiguration.class,
					ResilienceQuarantineAutoConfiguration.class, EndpointAutoConfiguration.class,
					ResilienceEndpointAutoConfiguration.class);
			new ApplicationContextAotGenerator().processAheadOfTime(context, generated);
		}
		return generated.getRuntimeHints();
	}

	@Test
	void annotationsAreRead() {
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(Dependency.class, "fallback")).accepts(HINTS);
		assertThat(RuntimeHintsPredicates.reflection().onType(IdempotencyKey.class)).accepts(HINTS);
	}

	@ParameterizedTest
	@ValueSource(classes = { Rate.class, Window.class })
	void valuesAreConverted(Class<?> type) throws NoSuchMethodException {
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(type.getMethod("of", String.class)))
			.accepts(HINTS);
	}

	@ParameterizedTest
	@MethodSource("settings")
	void propertiesAreBound(Class<?> type) {
		assertThat(RuntimeHintsPredicates.reflection().onConstructorInvocation(type.getDeclaredConstructors()[0]))
			.accepts(HINTS);
	}

	static Stream<Class<?>> settings() {
		return Stream.of(ResilienceProperties.class, Settings.class, IntegrationsEndpointProperties.class)
			.flatMap((type) -> Stream.concat(Stream.of(type), Arrays.stream(type.getDeclaredClasses())));
	}

	@ParameterizedTest
	@MethodSource("answers")
	void answersOfTheEndpointAreWritten(Class<?> type) {
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(type, type.getRecordComponents()[0].getAccessor().getName())).accepts(HINTS);
	}

	static Stream<Class<?>> answers() {
		return Stream.concat(
				Stream.of(DependencyMap.class, DependencyMap.Availability.class, DependencyDescriptor.class,
						IntegrationsEndpoint.Problem.class, QuarantineReads.Quarantined.class, CorruptResponse.class,
						DeliveryOperations.Deliveries.class, DeliveryOperations.Decided.class, DeadLetter.class),
				Arrays.stream(DependencyDescriptor.class.getDeclaredClasses()).filter(Class::isRecord));
	}

	@ParameterizedTest
	@ValueSource(strings = { "h2", "mariadb", "mysql", "postgresql" })
	void theScriptsForTheTablesAreThere(String database) {
		String script = "dev/resilience/delivery/%s/V1__resilience_delivery.sql".formatted(database);
		assertThat(getClass().getClassLoader().getResource(script)).isNotNull();
		assertThat(RuntimeHintsPredicates.resource().forResource(script)).accepts(HINTS);
	}

	@ParameterizedTest
	@ValueSource(classes = { GuardedFeignCapability.class, RecordingFeignCapability.class })
	void feignFindsTheCapabilities(Class<?> type) throws NoSuchMethodException {
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(type.getMethod("enrich", Client.class)))
			.accepts(HINTS);
	}

	@Test
	void allRegistrarsAreListed() throws IOException {
		Set<String> registrars = new TreeSet<>();
		for (Resource resource : classes()) {
			String name = resource.getURL()
				.getPath()
				.replaceAll(".*/(dev/resilience/.*)\\.class", "$1")
				.replace('/', '.');
			if (name.endsWith("Hints")) {
				Class<?> type = ClassUtils.resolveClassName(name, null);
				if (RuntimeHintsRegistrar.class.isAssignableFrom(type)) {
					registrars.add(name);
				}
			}
		}
		assertThat(AotServices.factories().load(RuntimeHintsRegistrar.class).stream().map(Object::getClass))
			.extracting(Class::getName)
			.filteredOn((name) -> name.startsWith("dev.resilience."))
			.containsExactlyInAnyOrderElementsOf(registrars);
	}

	// in a native image a type that is not registered is absent, whatever the class path
	@Test
	void everyTypeThatIsLookedForIsRegistered() throws IOException {
		Set<String> types = new TreeSet<>();
		for (Resource resource : classes()) {
			types.addAll(lookedFor(resource));
		}
		// there are no tests in a native image
		types.removeAll(Set.of("org.mockito.Mockito", "org.springframework.test.context.bean.override.BeanOverride"));
		assertThat(types).contains("reactor.core.publisher.Flux", "feign.FeignException");
		assertThat(types).allSatisfy((
				type) -> assertThat(RuntimeHintsPredicates.reflection().onType(ClassUtils.resolveClassName(type, null)))
					.accepts(HINTS));
	}

	private static Resource[] classes() throws IOException {
		String main = ResilienceHints.class.getProtectionDomain().getCodeSource().getLocation().toString();
		return new PathMatchingResourcePatternResolver().getResources(main + "dev/resilience/**/*.class");
	}

	/** The names of types in a class that asks whether types are present. */
	private static Set<String> lookedFor(Resource resource) throws IOException {
		Set<String> names = new TreeSet<>();
		Set<String> called = new TreeSet<>();
		try (InputStream bytes = resource.getInputStream()) {
			new ClassReader(bytes).accept(new ClassVisitor(SpringAsmInfo.ASM_VERSION) {
				@Override
				public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
						String[] exceptions) {
					return new Constants(names, called);
				}
			}, ClassReader.SKIP_DEBUG);
		}
		return called.contains("isPresent") ? names : Set.of();
	}

	private static final class Constants extends MethodVisitor {

		private static final Pattern TYPE = Pattern.compile("([a-z0-9]+\\.)+[A-Z]\\w+");

		private final Set<String> names;

		private final Set<String> called;

		private Constants(Set<String> names, Set<String> called) {
			super(SpringAsmInfo.ASM_VERSION);
			this.names = names;
			this.called = called;
		}

		@Override
		public void visitLdcInsn(Object value) {
			if (value instanceof String text && TYPE.matcher(text).matches() && ClassUtils.isPresent(text, null)) {
				this.names.add(text);
			}
		}

		@Override
		public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
			if (owner.endsWith("/ClassUtils")) {
				this.called.add(name);
			}
		}

	}

}
