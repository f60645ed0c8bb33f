package dev.resilience.web;

import dev.resilience.DependencyCall;
import dev.resilience.signal.Quarantine;
import dev.resilience.signal.ResponseRecording;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;

/**
 * WebClient: notes the responses of guarded calls for the quarantine.
 */
public final class RecordingExchangeFilter implements ExchangeFilterFunction {

	private final RecordedResponses responses;

	/**
	 * Create a new filter.
	 * @param quarantine keeps those that turn out to be corrupt
	 */
	public RecordingExchangeFilter(Quarantine quarantine) {
		this.responses = new RecordedResponses(quarantine);
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		return Mono.deferContextual((context) -> {
			DependencyCall call = GuardedExchangeFilter.currentCall(context);
			return (call != null) ? next.exchange(request).map((response) -> recorded(call, request, response))
					: next.exchange(request);
		});
	}

	private ClientResponse recorded(DependencyCall call, ClientRequest request, ClientResponse response) {
		ResponseRecording recording = this.responses.start(call, request.method().name(), request.url().toString(),
				response.statusCode().value(), response.headers().asHttpHeaders()::getFirst);
		return response.mutate()
			.body((body) -> body.doOnNext((buffer) -> read(buffer, recording)).doOnComplete(recording::ended))
			.build();
	}

	// the buffer stays the reader's own
	private static void read(DataBuffer buffer, ResponseRecording recording) {
		try (DataBuffer.ByteBufferIterator parts = buffer.readableByteBuffers()) {
			parts.forEachRemaining(recording::read);
		}
	}

}
