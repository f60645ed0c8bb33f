package dev.resilience.sample;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What an expression of Prometheus names: enough of its language to read ours.
 *
 * @param selectors its metrics with their label matchers
 * @param grouping the labels of its {@code by}, {@code without} and the like
 */
record PromQl(List<Selector> selectors, Set<String> grouping) {

	private static final Pattern TOKEN = Pattern
		.compile("\"(?:[^\"\\\\]|\\\\.)*\"|\\$\\w+|\\d[\\w.]*|[a-zA-Z_:][\\w:]*|[=!]~|!=|[<>=]=|\\S");

	private static final Set<String> GROUPING = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");

	private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "offset", "bool");

	static PromQl parse(String expression) {
		List<String> tokens = TOKEN.matcher(expression).results().map((token) -> token.group()).toList();
		PromQl parsed = new PromQl(new ArrayList<>(), new LinkedHashSet<>());
		for (int i = 0; i < tokens.size(); i++) {
			String token = tokens.get(i);
			String next = (i + 1 < tokens.size()) ? tokens.get(i + 1) : "";
			if (GROUPING.contains(token)) {
				int end = i + tokens.subList(i, tokens.size()).indexOf(")");
				tokens.subList(i + 2, end).stream().filter((label) -> !label.equals(",")).forEach(parsed.grouping::add);
				i = end;
			}
			else if (next.equals("{")) {
				int end = i + tokens.subList(i, tokens.size()).indexOf("}");
				parsed.selectors.add(new Selector(token, matchers(tokens.subList(i + 2, end))));
				i = end;
			}
			else if (isName(token) && !next.equals("(") && !GROUPING.contains(next)) {
				parsed.selectors.add(new Selector(token, List.of()));
			}
		}
		return parsed;
	}

	private static boolean isName(String token) {
		return Character.isLetter(token.charAt(0)) && !OPERATORS.contains(token);
	}

	// label, operator, value, and a comma before the next one
	private static List<Matcher> matchers(List<String> tokens) {
		List<Matcher> matchers = new ArrayList<>();
		for (int i = 0; i < tokens.size(); i += 4) {
			String value = tokens.get(i + 2);
			matchers.add(new Matcher(tokens.get(i), value.substring(1, value.length() - 1)));
		}
		return matchers;
	}

	record Selector(String metric, List<Matcher> matchers) {
	}

	record Matcher(String label, String value) {

		/** The values that it names; none if they are variable, or a true pattern. */
		List<String> literals() {
			return this.value.matches("[\\w|-]+") ? Arrays.asList(this.value.split("\\|")) : List.of();
		}

	}

}
