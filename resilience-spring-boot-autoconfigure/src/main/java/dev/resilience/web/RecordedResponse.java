package dev.resilience.web;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

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
			body = new RecordedBody(this.response.getBody(), this.recording);
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

	private static final class RecordedBody extends FilterInputStream {

		private final ResponseRecording recording;

		private RecordedBody(InputStream body, ResponseRecording recording) {
			super(body);
			this.recording = recording;
		}

		@Override
		public int read() throws IOException {
			int read = super.read();
			if (read >= 0) {
				this.recording.read(ByteBuffer.wrap(new byte[] { (byte) read }));
			}
			else {
				this.recording.ended();
			}
			return read;
		}

		@Override
		public int read(byte[] target, int offset, int length) throws IOException {
			int read = super.read(target, offset, length);
			if (read >= 0) {
				this.recording.read(ByteBuffer.wrap(target, offset, read));
			}
			else {
				this.recording.ended();
			}
			return read;
		}

		// what is read twice would be noted twice
		@Override
		public boolean markSupported() {
			return false;
		}

		@Override
		public synchronized void mark(int limit) {
		}

		@Override
		public synchronized void reset() throws IOException {
			throw new IOException("mark/reset is not supported");
		}

	}

}
