package dev.resilience.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How far a partner's map reaches.
 */
final class PartnerMapExtent {

	/** How many maps are read one behind the other. */
	static final int LEVELS = 4;

	private PartnerMapExtent() {
	}

	/**
	 * Leave out the deepest levels, until so many dependencies are left. What everybody
	 * passes on of everybody else would grow without end.
	 */
	static PartnerMap cut(PartnerMap map, int most) {
		int levels = 1;
		while (levels < LEVELS && size(map, levels + 1) <= most) {
			levels++;
		}
		return upTo(levels, map, most);
	}

	private static int size(PartnerMap map, int levels) {
		int size = map.dependencies().size();
		for (PartnerMap.Dependency each : map.dependencies().values()) {
			if (levels > 1 && each.map() != null) {
				size += size(each.map(), levels - 1);
			}
		}
		return size;
	}

	private static PartnerMap upTo(int levels, PartnerMap map, int most) {
		Map<String, PartnerMap.Dependency> dependencies = new LinkedHashMap<>();
		map.dependencies().forEach((name, each) -> {
			PartnerMap own = (levels > 1 && each.map() != null) ? upTo(levels - 1, each.map(), most) : null;
			if (dependencies.size() < most) {
				dependencies.put(name, new PartnerMap.Dependency(each.type(), each.status(), own));
			}
		});
		return new PartnerMap(map.url(), map.checkedAt(), map.problem(), map.application(), map.status(),
				map.incident(), map.cycle(), dependencies);
	}

	/** Who deviated first, from the outside to the innermost. */
	static List<String> deviatedFirst(PartnerMap map) {
		List<String> path = new ArrayList<>();
		PartnerMap next = map;
		while (next != null && next.incident() != null) {
			String first = next.incident().firstToDeviate();
			path.add(first);
			PartnerMap.Dependency dependency = next.dependencies().get(first);
			next = (dependency != null) ? dependency.map() : null;
		}
		return path;
	}

}
