package dev.resilience.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.util.Collection;
import java.util.List;

import dev.resilience.DependencyCall;
import dev.resilience.DependencyCallHolder;
import dev.resilience.signal.Quarantine;
import dev.resilience.signal.ResponseRecording;
import feign.AsyncClient;
import feign.Capability;
import feign.Client;
import feign.Request;
import feign.Response;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.annotation.RegisterReflection;

/**
 * Feign: notes the responses of guarded calls for the quarantine.
 */
// Feign finds the methods by their name
@RegisterReflection(memberCategories = MemberCategory.INVOKE_PUBLIC_METHODS)
public final class RecordingFeignCapability implements Capability {

	private final RecordedResponses responses;

	/**
	 * Create a new capability.
	 * @param quarantine keeps those that turn out to be corrupt
	 */
	public RecordingFeignCapability(Quarantine quarantine) {
		this.responses = new RecordedResponses(quarantine);
	}

	@Override
	public Client enrich(Client client) {
		return (request, options) -> recorded(DependencyCallHolder.get(), request, client.execute(request, options));
	}

	@Override
	public AsyncClient<Object> enrich(AsyncClient<Object> client) {
		return (request, options, context) -> {
			DependencyCall call = DependencyCallHolder.get();
			return client.execute(request, options, context).thenApply((response) -> recorded(call, request, response));
		};
	}

	private Response recorded(@Nullable DependencyCall call, Request request, Response response) {
		if (call == null) {
			return response;
		}
		ResponseRecording recording = this.responses.start(call, request.method(), request.url(), response.status(),
				(name) -> first(response.headers().getOrDefault(name, List.of())));
		if (response.body() == null) {
			recording.ended();
			return response;
		}
		return response.toBuilder().body(new RecordedBody(response.body(), recording)).build();
	}

	private static @Nullable String first(Collection<String> values) {
		return values.isEmpty() ? null : values.iterator().next();
	}

	private record RecordedBody(Response.Body body, ResponseRecording recording) implements Response.Body {

		@Override
		public @Nullable Integer length() {
			return this.body.length();
		}

		@Override
		public boolean isRepeatable() {
			return this.body.isRepeatable();
		}

		@Override
		public InputStream asInputStream() throws IOException {
			return new RecordedStream(this.body.asInputStream(), this.recording);
		}

		@Override
		public Reader asReader(Charset charset) throws IOException {
			return new InputStreamReader(asInputStream(), charset);
		}

		@Override
		public void close() throws IOException {
			this.body.close();
		}

	}

}
