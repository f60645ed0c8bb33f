package dev.resilience.sample;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.springframework.test.web.servlet.client.RestTestClient;

/**
 * What the shop tells Prometheus.
 *
 * @param series all time series
 */
record Scrape(List<Series> series) {

	private static final Pattern SERIES = Pattern.compile("([\\w:]+)(?:\\{(.*)\\})? (\\S+)");

	private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

	static Scrape of(RestTestClient client) {
		String text = client.get()
			.uri("/actuator/prometheus")
			.exchange()
			.expectStatus()
			.isOk()
			.returnResult(String.class)
			.getResponseBody();
		List<Series> series = new ArrayList<>();
		String.valueOf(text).lines().filter((line) -> !line.startsWith("#")).map(SERIES::matcher).forEach((line) -> {
			if (!line.matches()) {
				throw new IllegalStateException("No series: " + line);
			}
			series.add(new Series(line.group(1), labels((line.group(2) != null) ? line.group(2) : ""),
					Double.parseDouble(line.group(3))));
		});
		return new Scrape(series);
	}

	private static Map<String, String> labels(String text) {
		Map<String, String> labels = new LinkedHashMap<>();
		Matcher label = LABEL.matcher(text);
		while (label.find()) {
			labels.put(label.group(1), label.group(2));
		}
		return labels;
	}

	Scrape only(Predicate<Series> filter) {
		return new Scrape(this.series.stream().filter(filter).toList());
	}

	Scrape ofMetric(String metric) {
		return only((one) -> one.metric().equals(metric));
	}

	/** Those that we add to an application. */
	Scrape ofDependency(String dependency) {
		return only(
				(one) -> one.metric().startsWith("resilience_") && dependency.equals(one.labels().get("dependency")));
	}

	boolean has(String metric, String label, String value) {
		return ofMetric(metric).values(label).contains(value);
	}

	double sum() {
		return this.series.stream().mapToDouble(Series::value).sum();
	}

	Set<String> metrics() {
		return this.series.stream().map(Series::metric).collect(Collectors.toSet());
	}

	Set<String> labels() {
		return this.series.stream().flatMap((one) -> one.labels().keySet().stream()).collect(Collectors.toSet());
	}

	Set<String> values(String label) {
		return this.series.stream().map((one) -> one.labels().getOrDefault(label, "")).collect(Collectors.toSet());
	}

	/**
	 * A time series.
	 */
	record Series(String metric, Map<String, String> labels, double value) {
	}

}
