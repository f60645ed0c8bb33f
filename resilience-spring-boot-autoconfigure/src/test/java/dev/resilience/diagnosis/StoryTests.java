package dev.resilience.diagnosis;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.resilience.DependencyType;
import dev.resilience.FailureKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is told when something goes wrong in the traffic of several dependencies at once.
 */
class StoryTests {

	private static final int CALM = 300;

	private final Incidents incidents = new Incidents(List.of());

	private final Map<String, Traffic> traffic = new LinkedHashMap<>();

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5 })
	void aSlowDependencyIsFirstAlthoughABusierOneIsNoticedSooner(long seed) {
		this.traffic.put("busy", new Traffic(seed, 60, 0, 20, 0.4, 0.001, 25));
		this.traffic.put("payments", new Traffic(seed + 100, 10, 0, 40, 0.5, 0.001, 25));
		pass(CALM);
		this.traffic.get("payments").slowness = 80;
		pass(4);
		this.traffic.get("busy").errorRate = 0.6;
		pass(6);
		Incident incident = present();
		assertThat(incident.firstToDeviate()).isEqualTo("payments");
		assertThat(incident.sequence()).extracting(Incident.Step::dependency).contains("busy");
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5 })
	void whoeverIsCalledAfterOneThatHangsIsNotBlamed(long seed) {
		this.traffic.put("mails", new Traffic(seed, 10, 0, 20, 0.4, 0.001, 25));
		this.traffic.put("payments", new Traffic(seed + 100, 10, 0, 40, 0.5, 0.001, 25));
		pass(CALM);
		this.traffic.get("payments").hangs = true;
		this.traffic.get("mails").demand = 0.001;
		pass(10);
		assertThat(present().firstToDeviate()).isEqualTo("payments");
	}

	@Test
	void aSlowDependencyThatFillsUpIsACascade() {
		this.traffic.put("payments", new Traffic(1, 40, 0, 40, 0.5, 0.001, 25));
		pass(CALM);
		this.traffic.get("payments").slowness = 30;
		pass(10);
		assertThat(present().category()).isEqualTo(Category.CASCADE);
	}

	@Test
	void corruptAnswersAreATroubleWithData() {
		this.traffic.put("payments", new Traffic(1, 20, 0, 40, 0.5, 0.001, 25));
		pass(CALM);
		this.traffic.get("payments").failure = FailureKind.CORRUPT_DATA;
		this.traffic.get("payments").errorRate = 0.4;
		pass(10);
		assertThat(present().category()).isEqualTo(Category.DATA);
	}

	@Test
	void moreCallsAndMoreRetriesAreAStorm() {
		this.traffic.put("payments", new Traffic(1, 20, 0, 40, 0.5, 0.001, 50));
		pass(CALM);
		this.traffic.get("payments").errorRate = 0.5;
		this.traffic.get("payments").retryShare = 1;
		this.traffic.get("payments").demand = 2.5;
		pass(10);
		assertThat(present().category()).isEqualTo(Category.OVERLOAD);
	}

	@Test
	void anIncidentIsOverWhenTheTrafficIsCalmAgain() {
		this.traffic.put("payments", new Traffic(1, 20, 0, 40, 0.5, 0.001, 25));
		pass(CALM);
		this.traffic.get("payments").errorRate = 0.5;
		pass(30);
		this.traffic.get("payments").errorRate = 0.001;
		pass(120);
		assertThat(this.incidents.present()).isNull();
		assertThat(this.incidents.past()).hasSize(1);
	}

	private Incident present() {
		Incident present = this.incidents.present();
		assertThat(present).isNotNull();
		return present;
	}

	private void pass(int seconds) {
		for (int i = 0; i < seconds; i++) {
			this.traffic.values().forEach(Traffic::pass);
			long now = this.traffic.values().iterator().next().now();
			this.incidents.observe(now, (nanos) -> Instant.EPOCH.plusNanos(nanos),
					this.traffic.entrySet().stream().map((each) -> subject(each.getKey(), each.getValue())).toList());
		}
	}

	private static Subject subject(String name, Traffic traffic) {
		return new Subject(name, DependencyType.CRITICAL, traffic.watch().deviations(), traffic.watch().comparison(),
				traffic.signals()::operations);
	}

}
