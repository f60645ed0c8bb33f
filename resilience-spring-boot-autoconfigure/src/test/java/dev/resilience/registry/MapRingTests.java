package dev.resilience.registry;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;

import dev.resilience.DependencyType;
import dev.resilience.policy.DependencyPolicy;
import dev.resilience.policy.PolicyResolver;
import dev.resilience.policy.TestSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applications that follow each other, each on a socket of its own. They read what the
 * others have read in the rounds before.
 */
class MapRingTests {

	private static final int ROUNDS = 12;

	private final JsonMapper json = new JsonMapper();

	private final HandTimer timer = new HandTimer();

	private final ExecutorService workers = Executors.newCachedThreadPool();

	private final List<MapPartner> sockets = new ArrayList<>();

	private final List<Node> nodes = new ArrayList<>();

	@AfterEach
	void stop() {
		this.sockets.forEach(MapPartner::close);
		this.timer.shutdownNow();
		this.workers.shutdownNow();
	}

	@Test
	void aRingIsReadOnceRound() {
		start(3, (node, other) -> other == (node + 1) % 3, true);
		rounds();
		PartnerMap b = this.nodes.get(0).follow("app1");
		assertThat(b.application()).isEqualTo("app1");
		PartnerMap c = b.dependencies().get("app2").map();
		assertThat(c.application()).isEqualTo("app2");
		PartnerMap a = c.dependencies().get("app0").map();
		assertThat(a.cycle()).isTrue();
		assertThat(a.dependencies()).isEmpty();
	}

	@Test
	void aRingWithoutNamesEndsAfterFourMaps() {
		start(3, (node, other) -> other == (node + 1) % 3, false);
		rounds();
		PartnerMap map = this.nodes.get(0).follow("app1");
		for (String next : List.of("app2", "app0", "app1")) {
			assertThat(map.cycle()).isFalse();
			map = map.dependencies().get(next).map();
		}
		assertThat(map.dependencies()).containsOnlyKeys("app2");
		assertThat(map.dependencies().get("app2").map()).isNull();
	}

	@Test
	void whatEverybodyPassesOnOfEverybodyElseStaysSmall() {
		start(12, (node, other) -> node != other, true);
		rounds();
		assertThat(this.nodes).allSatisfy((node) -> {
			assertThat(node.maps()).hasSize(11).allSatisfy((map) -> {
				assertThat(map.problem()).isNull();
				assertThat(map.dependencies()).hasSize(11);
			});
			assertThat(node.publish()).hasSizeLessThan(400_000);
		});
	}

	private void start(int size, BiFunction<Integer, Integer, Boolean> follows, boolean named) {
		for (int i = 0; i < size; i++) {
			this.sockets.add(new MapPartner());
		}
		for (int i = 0; i < size; i++) {
			List<DependencyPolicy> policies = new ArrayList<>();
			for (int other = 0; other < size; other++) {
				if (follows.apply(i, other)) {
					String name = "app" + other;
					policies.add(new PolicyResolver(Map.of(),
							Map.of(name, TestSettings.of("map=" + this.sockets.get(other).url())))
						.dependency(name, DependencyType.CRITICAL, List.of()));
				}
			}
			String application = named ? "app" + i : null;
			Node node = new Node(application,
					new PartnerMaps(application, this.timer, this.workers, System::nanoTime, null), policies);
			this.nodes.add(node);
			this.sockets.get(i).handle((exchange) -> {
				byte[] body = node.publish();
				exchange.getResponseHeaders().add("Content-Type", "application/json");
				exchange.sendResponseHeaders(200, body.length);
				exchange.getResponseBody().write(body);
			});
			node.maps.start(policies);
		}
	}

	// what is passed on no longer grows once everybody has read everybody
	private void rounds() {
		List<Long> sizes = new ArrayList<>();
		for (int round = 0; round < ROUNDS; round++) {
			this.timer.round();
			sizes.add(this.nodes.stream().mapToLong((node) -> objects(node.publish())).sum());
		}
		assertThat(sizes.subList(ROUNDS / 2, ROUNDS).stream().distinct()).hasSize(1);
	}

	private static long objects(byte[] json) {
		return new String(json, StandardCharsets.UTF_8).chars().filter((each) -> each == '{').count();
	}

	private final class Node {

		private final String application;

		private final PartnerMaps maps;

		private final List<DependencyPolicy> policies;

		private Node(String application, PartnerMaps maps, List<DependencyPolicy> policies) {
			this.application = application;
			this.maps = maps;
			this.policies = policies;
		}

		private PartnerMap follow(String name) {
			return this.policies.stream()
				.filter((policy) -> policy.name().equals(name))
				.map(this.maps::of)
				.findFirst()
				.orElseThrow();
		}

		private List<PartnerMap> maps() {
			return this.policies.stream().map(this.maps::of).toList();
		}

		private byte[] publish() {
			Map<String, Object> map = new LinkedHashMap<>();
			map.put("application", this.application);
			map.put("status", Status.UP);
			Map<String, Object> dependencies = new LinkedHashMap<>();
			this.policies.forEach((policy) -> dependencies.put(policy.name(),
					new PartnerMap.Dependency(policy.type(), Status.UP, this.maps.of(policy))));
			map.put("dependencies", dependencies);
			return MapRingTests.this.json.writeValueAsBytes(map);
		}

	}

}
