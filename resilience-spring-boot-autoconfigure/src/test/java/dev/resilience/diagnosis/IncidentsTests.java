package dev.resilience.diagnosis;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.resilience.DependencyType;
import dev.resilience.signal.CallCounts;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Incidents} and {@link Cause}.
 */
class IncidentsTests {

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	private static final Instant START = Instant.parse("2026-11-21T06:00:00Z");

	private static final Comparison USUAL = new Comparison(40, 40.0, 0.1, 0.1, 0, 0);

	private final List<Incident> began = new ArrayList<>();

	private final List<Incident> ended = new ArrayList<>();

	private final Incidents incidents = new Incidents(List.of(new Incidents.Listener() {

		@Override
		public void began(Incident incident) {
			IncidentsTests.this.began.add(incident);
		}

		@Override
		public void ended(Incident incident) {
			IncidentsTests.this.ended.add(incident);
		}

	}));

	private final Map<String, Subject> subjects = new HashMap<>();

	private long second = 1000;

	@Test
	void whoLeftItsBaselineFirstIsWhereToLook() {
		// noticed first, because it is called more often
		is("inventory", deviation(DeviationSignal.ERRORS, 1002));
		pass(1);
		is("payments", deviation(DeviationSignal.LATENCY, 996));
		pass(1);
		Incident incident = present();
		assertThat(incident.firstToDeviate()).isEqualTo("payments");
		assertThat(incident.since()).isEqualTo(START.plusSeconds(996));
		assertThat(incident.sequence()).extracting(Incident.Step::dependency).containsExactly("payments", "inventory");
		assertThat(incident.advice()).startsWith("Look at payments first, it deviated 6 s before inventory");
	}

	@Test
	void itIsToldOnceWhenTheOthersHadTimeToFollowAndOnceWhenItIsOver() {
		is("payments", deviation(DeviationSignal.ERRORS, 1000));
		pass(9);
		assertThat(this.began).isEmpty();
		is("inventory", deviation(DeviationSignal.ERRORS, 1005));
		pass(2);
		assertThat(this.began).singleElement().satisfies((incident) -> assertThat(incident.sequence()).hasSize(2));
		pass(60);
		is("payments");
		is("inventory");
		pass(29);
		assertThat(this.incidents.present()).isNotNull();
		assertThat(this.ended).isEmpty();
		pass(2);
		assertThat(this.incidents.present()).isNull();
		assertThat(this.began).hasSize(1);
		assertThat(this.ended).singleElement().isEqualTo(this.incidents.past().get(0));
		assertThat(this.ended.get(0).until()).isEqualTo(START.plusSeconds(1071));
	}

	@Test
	void oneThatIsSoonOverIsToldNevertheless() {
		is("payments", deviation(DeviationSignal.FAILING, 1000));
		pass(2);
		is("payments");
		pass(31);
		assertThat(this.began).hasSize(1);
		assertThat(this.ended).hasSize(1);
	}

	@Test
	void theLastTwentyAreKept() {
		for (int i = 0; i < 25; i++) {
			is("partner" + i, deviation(DeviationSignal.FAILING, this.second));
			pass(1);
			is("partner" + i);
			pass(31);
		}
		assertThat(this.incidents.past()).hasSize(20);
		assertThat(this.incidents.past().get(0).firstToDeviate()).isEqualTo("partner24");
	}

	@Test
	void aDeviationThatComesAndGoesKeepsItsFirstMoment() {
		is("payments", deviation(DeviationSignal.FAILING, 1000));
		pass(3);
		is("payments");
		pass(3);
		is("payments", deviation(DeviationSignal.FAILING, 1006));
		pass(3);
		assertThat(present().sequence()).singleElement()
			.satisfies((step) -> assertThat(step.since()).isEqualTo(START.plusSeconds(1000)));
	}

	@Test
	void aChange() {
		this.incidents.changed(new Change(700 * SECOND, "the application was started"));
		this.incidents.changed(new Change(960 * SECOND, "the policy of payments was changed: retry.max-attempts=9"));
		this.incidents.changed(new Change(1010 * SECOND, "too late"));
		is("payments", deviation(DeviationSignal.ERRORS, 1000));
		pass(2);
		assertThat(present().category()).isEqualTo(Category.CHANGE);
		assertThat(present().figures())
			.containsExactly("it began 40 s after: the policy of payments was changed: retry.max-attempts=9");
		assertThat(present().advice()).contains("undo that first");
	}

	@Test
	void aChangeThatTakesEffectAtOnce() {
		this.incidents.changed(new Change(1000 * SECOND + SECOND / 2, "retry.max-attempts=9"));
		is("payments", deviation(DeviationSignal.ERRORS, 999));
		pass(2);
		assertThat(present().figures()).containsExactly("it began 0 s after: retry.max-attempts=9");
	}

	@Test
	void aChangeLongAgoIsNoCause() {
		this.incidents.changed(new Change(879 * SECOND, "the application was started"));
		is("payments", deviation(DeviationSignal.ERRORS, 1000));
		pass(2);
		assertThat(present().category()).isNull();
	}

	@Test
	void corruptData() {
		compare("payments", new Comparison(40, 40.0, 0, 0.0, 20, 19), deviation(DeviationSignal.ERRORS, 1000));
		pass(1);
		assertThat(present().category()).isEqualTo(Category.DATA);
		assertThat(present().figures()).containsExactly("19 of its 20 failures are CORRUPT_DATA");
	}

	@Test
	void onlyOneOperation() {
		Map<String, CallCounts> operations = new HashMap<>(
				Map.of("Client.charge", new CallCounts(100, 90), "Client.rate", new CallCounts(100, 0)));
		this.subjects.put("payments", new Subject("payments", DependencyType.CRITICAL,
				List.of(deviation(DeviationSignal.ERRORS, 1000)), USUAL, () -> Map.copyOf(operations)));
		pass(1);
		assertThat(present().category()).isNull();
		operations.put("Client.charge", new CallCounts(110, 91));
		operations.put("Client.rate", new CallCounts(110, 10));
		pass(1);
		assertThat(present().category()).isEqualTo(Category.DATA);
		assertThat(present().figures()).containsExactly("only its operation Client.rate fails");
	}

	@Test
	void overload() {
		compare("payments", new Comparison(90, 40.0, 22, 0.1, 50, 0), deviation(DeviationSignal.ERRORS, 1000));
		pass(1);
		assertThat(present().category()).isEqualTo(Category.OVERLOAD);
		assertThat(present().figures()).containsExactly("90/s calls, usually 40/s", "22/s retries, usually 0.1/s");
	}

	@Test
	void moreCallsWithoutMoreRetriesAreNoStorm() {
		compare("payments", new Comparison(90, 40.0, 0.5, 0.1, 50, 0), deviation(DeviationSignal.ERRORS, 1000));
		pass(1);
		assertThat(present().category()).isNull();
	}

	@Test
	void aCascadeFromASlowDependency() {
		is("payments", deviation(DeviationSignal.LATENCY, 1000), deviation(DeviationSignal.SATURATION, 1004));
		is("inventory", deviation(DeviationSignal.SATURATION, 1007));
		pass(1);
		assertThat(present().category()).isEqualTo(Category.CASCADE);
		assertThat(present().figures()).containsExactly("payments became slow first", "payments filled up 4 s later",
				"inventory filled up 7 s later");
	}

	@Test
	void somethingIsFullAndNothingFails() {
		is("payments", deviation(DeviationSignal.SATURATION, 1000), deviation(DeviationSignal.THROUGHPUT, 1002));
		pass(1);
		assertThat(present().category()).isEqualTo(Category.EXHAUSTION);
		assertThat(present().figures()).containsExactly("payments is full, and nothing fails");
		is("payments", deviation(DeviationSignal.SATURATION, 1000), deviation(DeviationSignal.ERRORS, 1002));
		pass(1);
		assertThat(present().category()).isNull();
		assertThat(present().figures()).isEmpty();
	}

	@Test
	void whoIsCalledLessBecauseAnotherOneHangsIsNoCulprit() {
		is("payments", deviation(DeviationSignal.SATURATION, 1003));
		is("mail", deviation(DeviationSignal.THROUGHPUT, 1000));
		pass(1);
		assertThat(present().firstToDeviate()).isEqualTo("payments");
		assertThat(present().sequence()).extracting(Incident.Step::dependency).containsExactly("payments", "mail");
		assertThat(present().advice()).startsWith("Look at payments first, it deviated together with mail");
	}

	@Test
	void thatNobodyCallsIsNoIncident() {
		is("payments", deviation(DeviationSignal.THROUGHPUT, 1000));
		pass(20);
		assertThat(this.incidents.present()).isNull();
		assertThat(this.began).isEmpty();
	}

	@Test
	void whatGoesOnForEverHidesNothingThatComesLater() {
		is("batch", deviation(DeviationSignal.ERRORS, 1000));
		pass(1000);
		assertThat(this.began).hasSize(1);
		is("payments", deviation(DeviationSignal.ERRORS, 2000));
		pass(12);
		assertThat(this.ended).singleElement()
			.satisfies((incident) -> assertThat(incident.firstToDeviate()).isEqualTo("batch"));
		assertThat(present().firstToDeviate()).isEqualTo("payments");
		assertThat(present().sequence()).hasSize(1);
		assertThat(this.began).hasSize(2);
		assertThat(this.began.get(1).id()).isEqualTo(present().id()).isNotEqualTo(this.began.get(0).id());
		is("payments");
		pass(31);
		assertThat(this.incidents.present()).isNull();
		assertThat(this.ended).hasSize(2);
		// that it was well in between makes it news
		is("batch");
		pass(1);
		is("batch", deviation(DeviationSignal.ERRORS, 2100));
		pass(1);
		assertThat(present().firstToDeviate()).isEqualTo("batch");
	}

	@Test
	void somethingIsFullBecauseItFails() {
		is("payments", deviation(DeviationSignal.SATURATION, 1000), deviation(DeviationSignal.ERRORS, 1002));
		pass(1);
		assertThat(present().category()).isNull();
	}

	@Test
	void whatIsNotCriticalCanBeSwitchedOff() {
		this.subjects.put("mail", new Subject("mail", DependencyType.OPTIONAL,
				List.of(deviation(DeviationSignal.ERRORS, 1000)), USUAL, Map::of));
		pass(1);
		assertThat(present().advice()).contains("switch it off");
	}

	@Test
	void oneThatIsForgottenIsStillInTheStory() {
		is("payments", deviation(DeviationSignal.ERRORS, 1000));
		pass(1);
		this.subjects.clear();
		pass(1);
		assertThat(present().firstToDeviate()).isEqualTo("payments");
	}

	private Incident present() {
		Incident present = this.incidents.present();
		assertThat(present).isNotNull();
		return present;
	}

	private void is(String dependency, Deviation... deviations) {
		compare(dependency, USUAL, deviations);
	}

	private void compare(String dependency, Comparison comparison, Deviation... deviations) {
		this.subjects.put(dependency,
				new Subject(dependency, DependencyType.CRITICAL, List.of(deviations), comparison, Map::of));
	}

	private static Deviation deviation(DeviationSignal signal, long second) {
		return new Deviation(signal, second * SECOND, "figures");
	}

	private void pass(int seconds) {
		for (int i = 0; i < seconds; i++) {
			this.second++;
			this.incidents.observe(this.second * SECOND, START::plusNanos, List.copyOf(this.subjects.values()));
		}
	}

}
