package dev.resilience.registry;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.resilience.DependencyType;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the map of a partner, which may say anything: what is not understood is left out,
 * what is too long or too deep is cut, and what comes round to an application further up
 * the chain is not followed.
 */
final class PartnerMapReader {

	private static final int DEPENDENCIES = 200;

	private static final int TEXT = 200;

	// a level of ours takes three
	private static final int NESTING = 100;

	private final JsonMapper json = JsonMapper
		.builder(JsonFactory.builder()
			.streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(NESTING).build())
			.build())
		.build();

	private final List<String> ourselves;

	PartnerMapReader(@Nullable String application) {
		this.ourselves = (application != null && !application.isBlank()) ? List.of(application) : List.of();
	}

	/**
	 * Read a map.
	 * @param body what the partner has answered
	 * @param checkedAt when
	 * @return the map with all its levels; whoever asked knows its URL
	 * @throws UnreadableMapException if it is none
	 */
	PartnerMap read(byte[] body, String checkedAt) {
		JsonNode root;
		try {
			root = this.json.readTree(body);
		}
		catch (JacksonException ex) {
			throw new UnreadableMapException("Its answer is no JSON that can be read");
		}
		if (!root.path("dependencies").isObject()) {
			throw new UnreadableMapException("Its answer has no dependencies, so that it is no map");
		}
		return map(root, "", checkedAt, null, this.ourselves, PartnerMapExtent.LEVELS);
	}

	private static PartnerMap map(JsonNode node, String url, @Nullable String checkedAt, @Nullable String problem,
			List<String> above, int levels) {
		String application = text(node.path("application"));
		Status status = constant(Status.class, node.path("status"));
		if (node.path("cycle").booleanValue(false) || (application != null && above.contains(application))) {
			return new PartnerMap(url, checkedAt, problem, application, status, null, true, Map.of());
		}
		List<String> chain = new ArrayList<>(above);
		if (application != null && !application.isBlank()) {
			chain.add(application);
		}
		PartnerMap.Incident incident = incident(node.path("incident"));
		return new PartnerMap(url, checkedAt, problem, application, status, incident, false, dependencies(
				node.path("dependencies"), (incident != null) ? incident.firstToDeviate() : null, chain, levels));
	}

	private static PartnerMap.@Nullable Incident incident(JsonNode node) {
		String first = text(node.path("firstToDeviate"));
		return (first != null) ? new PartnerMap.Incident(first, text(node.path("since")), text(node.path("advice")))
				: null;
	}

	private static Map<String, PartnerMap.Dependency> dependencies(JsonNode node, @Nullable String first,
			List<String> chain, int levels) {
		Set<String> names = new LinkedHashSet<>();
		// the one that matters is never cut off
		if (first != null && node.has(first)) {
			names.add(first);
		}
		names.addAll(node.propertyNames());
		Map<String, PartnerMap.Dependency> dependencies = new LinkedHashMap<>();
		for (String name : names) {
			if (dependencies.size() == DEPENDENCIES) {
				break;
			}
			JsonNode dependency = node.path(name);
			JsonNode map = dependency.path("map");
			dependencies
				.putIfAbsent(text(name),
						new PartnerMap.Dependency(constant(DependencyType.class, dependency.path("type")),
								constant(Status.class, dependency.path("status")),
								(levels > 1 && map.isObject()) ? map(map, url(map.path("url")),
										text(map.path("checkedAt")), text(map.path("problem")), chain, levels - 1)
										: null));
		}
		return dependencies;
	}

	private static String url(JsonNode node) {
		try {
			URI url = new URI(String.valueOf(text(node)));
			boolean web = url.getHost() != null && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()));
			return web ? RedactedUrl.of(url) : "";
		}
		catch (URISyntaxException ex) {
			return "";
		}
	}

	private static <E extends Enum<E>> @Nullable E constant(Class<E> type, JsonNode node) {
		String name = text(node);
		for (E each : type.getEnumConstants()) {
			if (each.name().equals(name)) {
				return each;
			}
		}
		return null;
	}

	private static @Nullable String text(JsonNode node) {
		return node.isString() ? text(node.stringValue()) : null;
	}

	/** A text of somebody else as it may be shown, logged, and written as JSON again. */
	static String text(String text) {
		String cut = (text.length() > TEXT) ? text.substring(0, TEXT) : text;
		// half a character cannot be encoded
		return new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", " ");
	}

}
