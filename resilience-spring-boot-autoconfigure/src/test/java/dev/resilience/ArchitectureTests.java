package dev.resilience;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.jspecify.annotations.NullMarked;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Configuration;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rules of the house: floors, bought parts behind one door, auto-configuration cut
 * the way Spring Boot cuts it, nullness declared everywhere.
 */
@AnalyzeClasses(packages = ArchitectureTests.BASE, importOptions = DoNotIncludeTests.class)
class ArchitectureTests {

	static final String BASE = "dev.resilience";

	private static final String GUARD = BASE + ".guard..";

	private static final String IMPORTS = "META-INF/spring/" + AutoConfiguration.class.getName() + ".imports";

	private static final double PACKAGE_PRIVATE_SHARE = 0.4;

	/** The floor of each package; a package that is not listed here has no place. */
	private static final Map<String, Integer> FLOORS = Map.ofEntries(Map.entry("", 0), Map.entry("policy", 1),
			Map.entry("failure", 1), Map.entry("signal", 1), Map.entry("guard", 2), Map.entry("diagnosis", 2),
			Map.entry("registry", 3), Map.entry("interceptor", 4), Map.entry("actuate", 4), Map.entry("metrics", 4),
			Map.entry("web", 4), Map.entry("delivery", 4), Map.entry("autoconfigure", 5));

	@ArchTest
	static final ArchRule importsGoDownOnly = classes().should(importOnlyLowerFloors()).allowEmptyShould(true);

	@ArchTest
	static final ArchRule packagesHaveNoCycles = SlicesRuleDefinition.slices()
		.assignedFrom(eachPackage())
		.should()
		.beFreeOfCycles()
		.allowEmptyShould(true);

	@ArchTest
	static final ArchRule usersTypesNeedNoSpringBeyondAnnotations = noClasses().that()
		.resideInAPackage(BASE)
		.should()
		.dependOnClassesThat(springTypesOtherThanAnnotations())
		.allowEmptyShould(true);

	@ArchTest
	static final ArchRule onlyTheGuardKnowsTheBoughtMechanisms = noClasses().that()
		.resideOutsideOfPackage(GUARD)
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("io.github.resilience4j..", "io.github.bucket4j..")
		.allowEmptyShould(true);

	@ArchTest
	static final ArchRule theGuardKnowsNoApplicationContext = noClasses().that()
		.resideInAPackage(GUARD)
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage("org.springframework.context..", "org.springframework.beans..",
				"org.springframework.boot..")
		.allowEmptyShould(true);

	@ArchTest
	static final ArchRule theGuardHasNoSynchronizedMethods = noMethods().that()
		.areDeclaredInClassesThat()
		.resideInAPackage(GUARD)
		.should()
		.haveModifier(JavaModifier.SYNCHRONIZED)
		.allowEmptyShould(true);

	@ArchTest
	static final ArchRule autoConfigurationsArePublicFinalAndListed = classes().that()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.bePublic()
		.andShould()
		.haveModifier(JavaModifier.FINAL)
		.andShould()
		.beTopLevelClasses()
		.andShould()
		.haveSimpleNameEndingWith("AutoConfiguration")
		.andShould()
		.resideInAPackage(BASE + ".autoconfigure..")
		.allowEmptyShould(true);

	@ArchTest
	static final ArchRule otherConfigurationsAreHidden = classes().that()
		.areAnnotatedWith(Configuration.class)
		.should()
		.notBePublic()
		.allowEmptyShould(true);

	@ArchTest
	static final ArchRule noJavaUtilLogging = GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING
		.allowEmptyShould(true);

	@ArchTest
	static final ArchRule noStandardStreams = GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS
		.allowEmptyShould(true);

	@ArchTest
	static void autoConfigurationsAreThoseInTheImportsFile(JavaClasses classes) throws IOException {
		Set<String> annotated = classes.stream()
			.filter((type) -> type.isAnnotatedWith(AutoConfiguration.class))
			.map(JavaClass::getName)
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(importedAutoConfigurations()).isEqualTo(annotated);
	}

	@ArchTest
	static void everyPackageIsNullMarked(JavaClasses classes) {
		Set<String> unmarked = classes.stream()
			.map(JavaClass::getPackage)
			.filter((javaPackage) -> !javaPackage.isAnnotatedWith(NullMarked.class))
			.map(JavaPackage::getName)
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(unmarked).as("packages without a @NullMarked package-info").isEmpty();
	}

	@ArchTest
	static void enoughTypesArePackagePrivate(JavaClasses classes) {
		Set<JavaClass> topLevel = classes.stream()
			.filter(JavaClass::isTopLevelClass)
			.filter((type) -> !type.getSimpleName().equals("package-info"))
			.collect(Collectors.toSet());
		long hidden = topLevel.stream().filter((type) -> !type.getModifiers().contains(JavaModifier.PUBLIC)).count();
		assertThat((double) hidden).as("package-private of %d top-level types", topLevel.size())
			.isGreaterThanOrEqualTo(PACKAGE_PRIVATE_SHARE * topLevel.size());
	}

	private static Set<String> importedAutoConfigurations() throws IOException {
		Path imports = Path.of("src/main/resources", IMPORTS);
		if (Files.notExists(imports)) {
			return Set.of();
		}
		return Files.readAllLines(imports)
			.stream()
			.map(String::strip)
			.filter((line) -> !line.isEmpty() && !line.startsWith("#"))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static ArchCondition<JavaClass> importOnlyLowerFloors() {
		return new ArchCondition<>("import only types of their own package and of lower floors") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				String from = areaOf(type);
				if (!FLOORS.containsKey(from)) {
					events.add(SimpleConditionEvent.violated(type, type.getName() + " lives on no floor"));
					return;
				}
				for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
					JavaClass target = dependency.getTargetClass().getBaseComponentType();
					if (isOurs(target) && !areaOf(target).equals(from)
							&& FLOORS.getOrDefault(areaOf(target), Integer.MAX_VALUE) >= FLOORS.get(from)) {
						events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
					}
				}
			}

		};
	}

	private static boolean isOurs(JavaClass type) {
		return (type.getPackageName() + ".").startsWith(BASE + ".");
	}

	/** The first segment below the base package, empty for the base package itself. */
	private static String areaOf(JavaClass type) {
		String below = type.getPackageName().substring(BASE.length());
		return below.isEmpty() ? "" : below.substring(1).split("\\.")[0];
	}

	private static SliceAssignment eachPackage() {
		return new SliceAssignment() {

			@Override
			public SliceIdentifier getIdentifierOf(JavaClass type) {
				return isOurs(type) ? SliceIdentifier.of(type.getPackageName()) : SliceIdentifier.ignore();
			}

			@Override
			public String getDescription() {
				return "each package";
			}

		};
	}

	private static DescribedPredicate<JavaClass> springTypesOtherThanAnnotations() {
		return DescribedPredicate.describe("are Spring types other than annotations",
				(type) -> type.getPackageName().startsWith("org.springframework.") && !type.isAnnotation());
	}

}
