package dev.resilience.web;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

import dev.resilience.signal.ResponseRecording;

/**
 * A body that is noted as it is read.
 */
final class RecordedStream extends FilterInputStream {

	private final ResponseRecording recording;

	RecordedStream(InputStream body, ResponseRecording recording) {
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
	public void mark(int limit) {
	}

	@Override
	public void reset() throws IOException {
		throw new IOException("mark/reset is not supported");
	}

}
