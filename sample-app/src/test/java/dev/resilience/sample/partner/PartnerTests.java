package dev.resilience.sample.partner;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

/**
 * Breaks a partner in every way and looks at it over real sockets.
 */
@Timeout(60)
class PartnerTests {

	private static final String CHARGE = """
			{"customer": "c1", "amount": 42.0}""";

	private final Partner partner = new Partner("payments", new Payments());

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@AfterEach
	void close() throws IOException {
		this.partner.close();
	}

	@Test
	void answersAndCounts() throws Exception {
		HttpResponse<String> response = charge();
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).contains("\"paymentId\":\"pay-");
		assertThat(this.partner.requests()).isEqualTo(1);
	}

	@Test
	void declinesACard() throws Exception {
		HttpResponse<String> response = post("/charges", """
				{"customer": "declined", "amount": 42.0}""");
		assertThat(response.statusCode()).isEqualTo(402);
	}

	@Test
	void answersGarbageWith400AndUnknownPathsWith404() throws Exception {
		assertThat(post("/charges", "{").statusCode()).isEqualTo(400);
		assertThat(post("/elsewhere", CHARGE).statusCode()).isEqualTo(404);
	}

	@Test
	void healthIsNotCounted() throws Exception {
		assertThat(get("/health").statusCode()).isEqualTo(200);
		this.partner.fault(Fault.PARTIAL);
		assertThat(get("/health").statusCode()).isEqualTo(200);
		this.partner.fault(Fault.ERROR);
		assertThat(get("/health").statusCode()).isEqualTo(500);
		assertThat(this.partner.requests()).isZero();
	}

	@Test
	void hangReadsTheRequestAndAnswersNothingUntilItEnds() throws Exception {
		this.partner.fault(Fault.HANG);
		CompletableFuture<HttpResponse<String>> hanging = chargeAsync();
		await().until(() -> this.partner.requests() == 1);
		assertThat(hanging).isNotDone();
		this.partner.fault(Fault.NONE);
		assertThat(hanging.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(503);
		assertThat(charge().statusCode()).isEqualTo(200);
	}

	@Test
	void hangEndsWhenThePartnerIsClosed() throws Exception {
		this.partner.fault(Fault.HANG);
		CompletableFuture<HttpResponse<String>> hanging = chargeAsync();
		await().until(() -> this.partner.requests() == 1);
		this.partner.close();
		assertThat(hanging).failsWithin(Duration.ofSeconds(30));
	}

	@Test
	void hangHoldsNoThreads() throws Exception {
		this.partner.fault(Fault.HANG);
		int calls = 200;
		List<CompletableFuture<HttpResponse<String>>> hanging = IntStream.range(0, calls)
			.mapToObj((call) -> chargeAsync())
			.toList();
		await().atMost(Duration.ofSeconds(30)).until(() -> this.partner.requests() == calls);
		this.partner.fault(Fault.SLOW);
		assertThat(hanging)
			.allSatisfy((call) -> assertThat(call.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(503));
	}

	@Test
	void slowAnswersRightButLate() throws Exception {
		this.partner.fault(Fault.SLOW);
		long start = System.nanoTime();
		HttpResponse<String> response = charge();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(FaultyHandler.SLOW);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).contains("paymentId");
	}

	@Test
	void error() throws Exception {
		this.partner.fault(Fault.ERROR);
		assertThat(charge().statusCode()).isEqualTo(500);
	}

	@Test
	void corruptLooksFineButIsNotJson() throws Exception {
		this.partner.fault(Fault.CORRUPT);
		HttpResponse<String> response = charge();
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
		assertThatExceptionOfType(JacksonException.class)
			.isThrownBy(() -> JsonMapper.shared().readTree(response.body()));
	}

	@Test
	void partialCutsTheBody() {
		this.partner.fault(Fault.PARTIAL);
		assertThatIOException().isThrownBy(this::charge);
		assertThat(this.partner.requests()).isEqualTo(1);
	}

	@Test
	void rateLimitNamesTheTimeToWait() throws Exception {
		this.partner.fault(Fault.RATE_LIMIT);
		HttpResponse<String> response = charge();
		assertThat(response.statusCode()).isEqualTo(429);
		assertThat(response.headers().firstValue("Retry-After")).hasValue("2");
	}

	@Test
	void refuseClosesTheListenerAndItsConnections() throws Exception {
		URI uri = this.partner.uri();
		try (Socket keptAlive = new Socket(uri.getHost(), uri.getPort())) {
			keptAlive.getOutputStream().write("GET /health HTTP/1.1\r\nHost: partner\r\n\r\n".getBytes(US_ASCII));
			assertThat(new Scanner(keptAlive.getInputStream()).useDelimiter("}").next()).startsWith("HTTP/1.1 200");
			this.partner.fault(Fault.REFUSE);
			assertThat(keptAlive.getInputStream().read()).isEqualTo(-1);
		}
		assertThatExceptionOfType(ConnectException.class).isThrownBy(this::charge);
		assertThat(this.partner.requests()).isZero();
		this.partner.fault(Fault.NONE);
		assertThat(this.partner.uri()).isEqualTo(uri);
		assertThat(charge().statusCode()).isEqualTo(200);
	}

	@ParameterizedTest
	@EnumSource
	void healsFromEveryFaultAndFromOneFaultToTheOther(Fault fault) throws Exception {
		this.partner.fault(fault);
		this.partner.fault(fault);
		this.partner.fault(Fault.REFUSE);
		this.partner.fault(fault);
		this.partner.fault(Fault.NONE);
		assertThat(charge().statusCode()).isEqualTo(200);
	}

	private HttpResponse<String> get(String path) throws Exception {
		return this.client.send(HttpRequest.newBuilder(this.partner.uri().resolve(path)).build(),
				BodyHandlers.ofString());
	}

	private HttpResponse<String> charge() throws IOException, InterruptedException {
		return post("/charges", CHARGE);
	}

	private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
		return this.client.send(request(path, body), BodyHandlers.ofString());
	}

	private CompletableFuture<HttpResponse<String>> chargeAsync() {
		return this.client.sendAsync(request("/charges", CHARGE), BodyHandlers.ofString());
	}

	private HttpRequest request(String path, String body) {
		return HttpRequest.newBuilder(this.partner.uri().resolve(path)).POST(BodyPublishers.ofString(body)).build();
	}

}
