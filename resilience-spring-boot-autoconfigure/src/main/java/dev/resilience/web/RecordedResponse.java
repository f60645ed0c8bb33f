package dev.resilience.web;

import java.io.IOException;
import java.io.InputStream;

import dev.resilience.signal.ResponseRecording;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/**
 * A response whose body is noted as it is read.
 */
final class RecordedResponse implements ClientHttpResponse {

	private final ClientHttpResponse response;

	private final ResponseRecording recording;

	private @Nullable InputStream body;

	RecordedResponse(ClientHttpResponse response, ResponseRecording recording) {
		this.response = response;
		this.recording = recording;
	}

	@Override
	public InputStream getBody() throws IOException {
		InputStream body = this.body;
		if (body == null) {
			body = new RecordedStream(this.response.getBody(), this.recording);
			this.body = body;
		}
		return body;
	}

	@Override
	public HttpStatusCode getStatusCode() throws IOException {
		return this.response.getStatusCode();
	}

	@Override
	public String getStatusText() throws IOException {
		return this.response.getStatusText();
	}

	@Override
	public HttpHeaders getHeaders() {
		return this.response.getHeaders();
	}

	@Override
	public void close() {
		this.response.close();
	}

}
