package dev.resilience.web;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

import dev.resilience.signal.DegradedResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.test.context.TestPropertySource;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link ServletDegradedResponses}.
 */
class ServletDegradedResponsesTests {

	private static final int ROUNDS = 2000;

	private final MockHttpServletResponse response = new MockHttpServletResponse();

	@AfterEach
	void leaveTheRequest() {
		RequestContextHolder.resetRequestAttributes();
	}

	@Test
	void suppliesNothingOutsideARequest() {
		assertThat(new ServletDegradedResponses(false).get()).isNull();
	}

	@Test
	void suppliesNothingForARequestWithoutItsResponse() {
		RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(new MockHttpServletRequest()));
		assertThat(new ServletDegradedResponses(false).get()).isNull();
	}

	@Test
	void doesNothingOnceTheResponseIsCommitted() {
		DegradedResponse degraded = degraded(this.response);
		this.response.setCommitted(true);
		degraded.degradedBy("recommendations", null);
		assertThat(this.response.containsHeader("X-Degraded")).isFalse();
	}

	@Test
	void doesNotHarmALateCallWhoseResponseTheContainerTookBack() {
		DegradedResponse degraded = degraded(new MockHttpServletResponse() {
			@Override
			public boolean isCommitted() {
				throw new IllegalStateException("The response object has been recycled");
			}
		});
		assertThatNoException().isThrownBy(() -> degraded.degradedBy("recommendations", null));
	}

	@Test
	void losesNoNameWhenSeveralThreadsDegradeOneResponse() throws Exception {
		CyclicBarrier together = new CyclicBarrier(2);
		for (int i = 0; i < ROUNDS; i++) {
			MockHttpServletResponse response = new MockHttpServletResponse();
			List<CompletableFuture<Void>> calls = new ArrayList<>();
			for (String name : List.of("search", "recommendations")) {
				DegradedResponse degraded = degraded(response);
				calls.add(CompletableFuture.runAsync(() -> {
					await(together);
					degraded.degradedBy(name, null);
				}, (task) -> new Thread(task).start()));
			}
			CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
			assertThat(names(response.getHeader("X-Degraded"))).containsExactlyInAnyOrder("search", "recommendations");
		}
	}

	private DegradedResponse degraded(MockHttpServletResponse response) {
		RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(new MockHttpServletRequest(), response));
		DegradedResponse degraded = new ServletDegradedResponses(true).get();
		assertThat(degraded).isNotNull();
		return degraded;
	}

	private static List<String> names(@Nullable String header) {
		return (header != null) ? List.of(header.split(", ")) : List.of();
	}

	private static void await(CyclicBarrier barrier) {
		try {
			barrier.await(30, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Nested
	@SpringBootTest(classes = MvcApplication.class, webEnvironment = WebEnvironment.RANDOM_PORT,
			properties = "spring.main.web-application-type=servlet")
	class OnARealPort {

		@LocalServerPort
		private int port;

		@ParameterizedTest
		@ValueSource(strings = { "/degraded", "/stale", "/degraded-later" })
		void marksTheResponse(String path) {
			assertThat(WebServers.get(this.port, path).getHeaders().get("X-Degraded")).containsExactly("true");
		}

		@Test
		void leavesOtherResponsesAlone() {
			assertThat(WebServers.get(this.port, "/healthy").getHeaders().containsHeader("X-Degraded")).isFalse();
		}

		@Nested
		@TestPropertySource(properties = "expose-names=true")
		class WithNames {

			@LocalServerPort
			private int port;

			@Test
			void namesEachDependencyOnceInOrder() {
				assertThat(WebServers.get(this.port, "/degraded").getHeaders().get("X-Degraded"))
					.containsExactly("search, recommendations");
			}

			@Test
			void tellsTheAgeOfTheOldestData() {
				assertThat(WebServers.get(this.port, "/stale").getHeaders().get("X-Degraded"))
					.containsExactly("search;age=42");
			}

			@Test
			void namesADependencyThatFailedOnAnotherThread() {
				assertThat(WebServers.get(this.port, "/degraded-later").getHeaders().get("X-Degraded"))
					.containsExactly("recommendations");
			}

		}

	}

}
