package dev.resilience.autoconfigure;

import java.io.IOException;
import java.lang.reflect.Parameter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import dev.resilience.DependencyType;
import dev.resilience.policy.PolicyResolver;
import dev.resilience.policy.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.json.JsonParserFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What IDEs know of the properties.
 *
 * <p>
 * The format has no entries for the keys below a map's values ({@code *} is no part of a
 * name there): below {@code resilience.dependencies.<name>} tools follow the type of the
 * value, which is the very record that stands under {@code resilience.types.<type>}.
 * There every key has an entry of its own; the maps get hints for their keys.
 */
class ConfigurationMetadataTests {

	private static final String TYPES = "resilience.types.";

	private final Map<String, Object> metadata = read();

	@Test
	void everyKeyIsDescribedAndNoOther() {
		List<String> keys = keys();
		assertThat(keys).contains("resilience.dependencies", "resilience.web.expose-names",
				"resilience.types.critical.switch", "resilience.types.optional.retry.backoff.jitter");
		Map<String, Map<String, Object>> properties = byName("properties");
		assertThat(properties.keySet().stream().filter((name) -> name.startsWith("resilience")))
			.containsExactlyInAnyOrderElementsOf(keys);
		assertThat(keys).allSatisfy((
				key) -> assertThat((String) properties.get(key).get("description")).as(key).isNotBlank().endsWith("."));
	}

	@Test
	void thePropertiesOfTheEndpointAreDescribed() {
		String prefix = "management.endpoint.integrations.";
		Map<String, Map<String, Object>> properties = byName("properties");
		assertThat(properties.keySet().stream().filter((name) -> name.startsWith(prefix))).containsExactlyInAnyOrder(
				prefix + "access", prefix + "cache.time-to-live", prefix + "show-values", prefix + "roles");
		assertThat(properties.get(prefix + "access").get("defaultValue")).isEqualTo("read_only");
		assertThat(properties.get(prefix + "show-values")).containsEntry("defaultValue", "never")
			.containsEntry("description", "when to show the arguments of durable calls.");
		assertThat(properties.get(prefix + "roles").get("description")).asString()
			.contains("the arguments of durable calls")
			.endsWith(".");
	}

	// the annotation processor takes "@param permits" for that of "per"
	@Test
	void theTimeOfTheRateLimitIsNotDescribedByItsPermits() {
		Map<String, Map<String, Object>> properties = byName("properties");
		assertThat(List.of("critical", "degraded", "optional"))
			.allSatisfy((type) -> assertThat(properties.get(TYPES + type + ".rate-limit.per").get("description"))
				.isEqualTo("the time in which the permits may be used. Default 1s."));
	}

	@ParameterizedTest
	@EnumSource(names = "UNCLASSIFIED", mode = EnumSource.Mode.EXCLUDE)
	void defaultsAreThoseThatAreBuiltIn(DependencyType type) {
		String prefix = TYPES + type.name().toLowerCase(Locale.ROOT);
		Settings defaults = new Binder(new MapConfigurationPropertySource(defaults(prefix)))
			.bind(prefix, Settings.class)
			.get();
		PolicyResolver builtIn = new PolicyResolver(Map.of(), Map.of());
		PolicyResolver documented = new PolicyResolver(Map.of(type, defaults), Map.of());
		assertThat(documented.dependency("any", type, List.of())).usingRecursiveComparison()
			.ignoringFields("sources")
			.isEqualTo(builtIn.dependency("any", type, List.of()));
		assertThat(documented.operation("any", "method", "operation", type, Settings.NONE, (key) -> key))
			.usingRecursiveComparison()
			.ignoringFields("sources")
			.isEqualTo(builtIn.operation("any", "method", "operation", type, Settings.NONE, (key) -> key));
	}

	@ParameterizedTest
	@EnumSource(names = "UNCLASSIFIED", mode = EnumSource.Mode.EXCLUDE)
	void whateverIsBuiltInHasADefault(DependencyType type) {
		String prefix = TYPES + type.name().toLowerCase(Locale.ROOT);
		Map<String, String> sources = new LinkedHashMap<>();
		PolicyResolver builtIn = new PolicyResolver(Map.of(), Map.of());
		sources.putAll(builtIn.dependency("any", type, List.of()).sources());
		sources.putAll(builtIn.operation("any", "method", "operation", type, Settings.NONE, (key) -> key).sources());
		// an empty list
		sources.remove("ignore");
		assertThat(defaults(prefix).keySet())
			.containsExactlyInAnyOrderElementsOf(sources.keySet().stream().map((key) -> prefix + "." + key).toList());
	}

	@Test
	void valuesOfEnumsAreHinted() {
		Map<String, Map<String, Object>> hints = byName("hints");
		for (Parameter component : components(Settings.class)) {
			if (component.getType().isEnum()) {
				List<String> values = Arrays.stream(component.getType().getEnumConstants())
					.filter((constant) -> constant != DependencyType.UNCLASSIFIED)
					.map((constant) -> ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-'))
					.toList();
				for (Parameter type : components(ResilienceProperties.Types.class)) {
					assertThat(hinted(hints, TYPES + type.getName() + "." + name(component)))
						.containsExactlyInAnyOrderElementsOf(values);
				}
			}
		}
	}

	@Test
	void hintsBelongToKeys() {
		assertThat(byName("hints").keySet()).contains("resilience.dependencies.keys")
			.allSatisfy((name) -> assertThat(byName("properties")).containsKey(name.replaceFirst("\\.keys$", "")));
	}

	@SuppressWarnings("unchecked")
	private static List<Object> hinted(Map<String, Map<String, Object>> hints, String name) {
		assertThat(hints).containsKey(name);
		List<Map<String, Object>> values = (List<Map<String, Object>>) hints.get(name).get("values");
		assertThat(values).allSatisfy((value) -> assertThat((String) value.get("description")).endsWith("."));
		return values.stream().map((value) -> value.get("value")).toList();
	}

	// without those of what is off until one of its keys is set
	private Map<String, Object> defaults(String prefix) {
		Map<String, Object> defaults = new LinkedHashMap<>();
		byName("properties").forEach((name, property) -> {
			Object value = property.get("defaultValue");
			if (value != null && name.startsWith(prefix) && !name.contains(".last-good.")
					&& !name.contains(".rate-limit.")) {
				defaults.put(name, value);
			}
		});
		return defaults;
	}

	private static List<String> keys() {
		List<String> keys = new ArrayList<>();
		addKeys("resilience", ResilienceProperties.class, keys);
		return keys;
	}

	private static void addKeys(String prefix, Class<?> type, List<String> keys) {
		for (Parameter component : components(type)) {
			String key = prefix + "." + name(component);
			if (isGroup(component.getType())) {
				addKeys(key, component.getType(), keys);
			}
			else {
				keys.add(key);
			}
		}
	}

	// as the binder sees them: annotations of a record's names are on the parameters
	private static Parameter[] components(Class<?> type) {
		return type.getDeclaredConstructors()[0].getParameters();
	}

	// a record that is read from one text, such as a rate, is a value
	private static boolean isGroup(Class<?> type) {
		return type.isRecord() && Arrays.stream(type.getMethods()).noneMatch((method) -> method.getName().equals("of"));
	}

	private static String name(Parameter component) {
		Name name = component.getAnnotation(Name.class);
		return (name != null) ? name.value()
				: component.getName().replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
	}

	@SuppressWarnings("unchecked")
	private Map<String, Map<String, Object>> byName(String section) {
		List<Map<String, Object>> items = (List<Map<String, Object>>) this.metadata.get(section);
		return items.stream().collect(Collectors.toMap((item) -> (String) item.get("name"), (item) -> item));
	}

	// that of this module: other libraries have files of the same name
	private static Map<String, Object> read() {
		try {
			Path classes = Path
				.of(ResilienceProperties.class.getProtectionDomain().getCodeSource().getLocation().toURI());
			return JsonParserFactory.getJsonParser()
				.parseMap(Files.readString(classes.resolve("META-INF/spring-configuration-metadata.json")));
		}
		catch (IOException | URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
