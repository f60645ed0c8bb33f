package dev.resilience.web;

import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.resilience.DependencyCall;
import dev.resilience.signal.Quarantine;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.core.io.buffer.PooledDataBuffer;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RecordingExchangeFilter} with buffers that are counted.
 */
class RecordingExchangeFilterTests {

	private final RecordingExchangeFilter filter = new RecordingExchangeFilter(new Quarantine(1, 3));

	private final List<AtomicInteger> releases = new ArrayList<>();

	@Test
	void readerGetsTheWholeBodyAndTheBuffersAreGivenBack() {
		assertThat(response().bodyToMono(String.class).block()).isEqualTo("one two");
		assertThat(this.releases).extracting(AtomicInteger::get).containsExactly(1, 1);
	}

	@Test
	void buffersAreGivenBackWhenNobodyReads() {
		response().releaseBody().block();
		assertThat(this.releases).extracting(AtomicInteger::get).containsExactly(1, 1);
	}

	private ClientResponse response() {
		ClientRequest request = ClientRequest.create(HttpMethod.GET, URI.create("http://localhost/")).build();
		ClientResponse response = ClientResponse.create(HttpStatus.OK)
			.header("Content-Type", "text/plain")
			.body(Flux.just("one ", "two").map(this::buffer))
			.build();
		return this.filter.filter(request, (sent) -> Mono.just(response))
			.contextWrite((context) -> context.put(DependencyCall.class, new CountingCall()))
			.blockOptional()
			.orElseThrow();
	}

	private DataBuffer buffer(String text) {
		DataBuffer buffer = DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(StandardCharsets.UTF_8));
		AtomicInteger released = new AtomicInteger();
		this.releases.add(released);
		return (DataBuffer) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { PooledDataBuffer.class }, (proxy, method, arguments) -> switch (method.getName()) {
					case "isAllocated" -> released.get() == 0;
					case "release" -> released.incrementAndGet() > 0;
					case "retain", "touch" -> throw new AssertionError(method);
					default -> method.invoke(buffer, arguments);
				});
	}

}
