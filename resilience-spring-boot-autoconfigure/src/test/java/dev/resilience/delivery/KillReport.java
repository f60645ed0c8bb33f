package dev.resilience.delivery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What became of all parcels.
 *
 * @param kills how often an instance was killed
 * @param databaseKills how often their database was killed
 * @param accepted how many had to arrive
 * @param lost those that did not
 * @param unexpected those that arrived though nobody had begun to send them, or though it
 * was said that they were not stored
 * @param recovered how many were accepted before a kill, and arrived only after it
 * @param duplicated those that arrived more than once
 * @param unexplained those of them for which no kill is the reason
 * @param foreignKeys those that did not always arrive with the same key, or with that of
 * another one
 * @param inDoubt how many were begun, and never answered
 * @param inDoubtArrived how many of these have arrived
 * @param failed how many calls have failed and may be stored nevertheless
 * @param failedArrived how many of these have arrived
 * @param refused how many calls have failed, and were not stored for sure
 */
record KillReport(int kills, int databaseKills, int accepted, List<String> lost, List<String> unexpected, int recovered,
		List<String> duplicated, List<String> unexplained, List<String> foreignKeys, int inDoubt, int inDoubtArrived,
		int failed, int failedArrived, int refused) {

	static KillReport of(ParcelLedger ledger) {
		Map<String, List<Arrival>> taken = ledger.arrivals()
			.stream()
			.filter(Arrival::taken)
			.sorted(Comparator.comparingLong(Arrival::moment))
			.collect(Collectors.groupingBy(Arrival::id, LinkedHashMap::new, Collectors.toList()));
		Set<String> accepted = ledger.accepted().keySet();
		Set<String> inDoubt = without(without(without(ledger.begun(), accepted), ledger.refused()), ledger.failed());
		Set<String> arrived = ledger.arrivals().stream().map(Arrival::id).collect(Collectors.toSet());
		Map<String, List<Arrival>> duplicates = new LinkedHashMap<>(taken);
		duplicates.values().removeIf((arrivals) -> arrivals.size() == 1);
		return new KillReport(ledger.deaths(), ledger.databaseDeaths(), accepted.size(),
				sorted(without(accepted, taken.keySet())),
				sorted(without(arrived, without(ledger.begun(), ledger.refused()))),
				(int) accepted.stream()
					.filter((id) -> taken.containsKey(id) && ledger.survived(id, taken.get(id).get(0).moment()))
					.count(),
				sorted(duplicates.keySet()),
				sorted(duplicates.keySet()
					.stream()
					.filter((id) -> !isExplained(ledger, duplicates.get(id)))
					.collect(Collectors.toSet())),
				sorted(foreignKeys(ledger.arrivals())), inDoubt.size(), common(inDoubt, taken.keySet()),
				ledger.failed().size(), common(ledger.failed(), taken.keySet()), ledger.refused().size());
	}

	private static boolean isExplained(ParcelLedger ledger, List<Arrival> arrivals) {
		for (int i = 1; i < arrivals.size(); i++) {
			if (!ledger.isForgotten(arrivals.get(i - 1), arrivals.get(i))) {
				return false;
			}
		}
		return true;
	}

	private static Set<String> foreignKeys(List<Arrival> arrivals) {
		Map<String, String> keys = new LinkedHashMap<>();
		Map<String, String> ids = new LinkedHashMap<>();
		Set<String> foreign = new HashSet<>();
		for (Arrival arrival : arrivals) {
			String key = keys.putIfAbsent(arrival.id(), arrival.key());
			String id = ids.putIfAbsent(arrival.key(), arrival.id());
			if ((key != null && !key.equals(arrival.key())) || (id != null && !id.equals(arrival.id()))) {
				foreign.add(arrival.id());
			}
		}
		return foreign;
	}

	private static Set<String> without(Set<String> ids, Set<String> others) {
		Set<String> rest = new HashSet<>(ids);
		rest.removeAll(others);
		return rest;
	}

	private static int common(Set<String> ids, Set<String> others) {
		return ids.size() - without(ids, others).size();
	}

	private static List<String> sorted(Set<String> ids) {
		List<String> list = new ArrayList<>(ids);
		list.sort(null);
		return list;
	}

	String render(String title) {
		return """
				%s: %d kills of instances, %d of the database
				  accepted    %6d
				  lost        %6d  %s
				  unexpected  %6d  %s
				  recovered   %6d  accepted before a kill, arrived only after it
				  duplicated  %6d  each with its own key again, but for %s; not because of a kill: %s
				  in doubt    %6d  begun and never answered, of which %d have arrived
				  failed      %6d  calls that may be stored nevertheless, of which %d have arrived
				  refused     %6d  calls that are not stored for sure
				""".formatted(title, this.kills, this.databaseKills, this.accepted, this.lost.size(), this.lost,
				this.unexpected.size(), this.unexpected, this.recovered, this.duplicated.size(), this.foreignKeys,
				this.unexplained, this.inDoubt, this.inDoubtArrived, this.failed, this.failedArrived, this.refused);
	}

}
