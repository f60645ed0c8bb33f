package dev.resilience.signal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.Base64;

import org.jspecify.annotations.Nullable;

/**
 * The beginning of a body, noted while somebody else reads it.
 */
public final class ResponseRecording {

	private final Instant time = Instant.now();

	private final ResponseHead head;

	private final int attempt;

	private final int limit;

	private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

	private long length;

	private boolean ended;

	ResponseRecording(ResponseHead head, int attempt, int limit) {
		this.head = head;
		this.attempt = attempt;
		this.limit = limit;
	}

	/** The attempt that asked for the response. */
	int attempt() {
		return this.attempt;
	}

	/**
	 * A part of the body was read.
	 * @param part the part, whose position is moved
	 */
	public synchronized void read(ByteBuffer part) {
		this.length += part.remaining();
		byte[] bytes = new byte[Math.min(part.remaining(), this.limit - this.kept.size())];
		part.get(bytes);
		this.kept.writeBytes(bytes);
	}

	/** The body was read to its end. */
	public synchronized void ended() {
		this.ended = true;
	}

	synchronized CorruptResponse corrupt(String operation) {
		byte[] bytes = this.kept.toByteArray();
		boolean truncated = bytes.length < this.length || !(this.ended || this.length == this.head.contentLength());
		String text = (this.head.charset() != null) ? text(bytes, this.head.charset()) : null;
		return new CorruptResponse(this.time.toString(), operation, this.head.method(), this.head.url(),
				this.head.status(), this.head.contentType(),
				(text != null) ? text : Base64.getEncoder().encodeToString(bytes), (text != null) ? "text" : "base64",
				truncated, this.length);
	}

	// a character that is cut in its middle is left out, what is no text is null
	private static @Nullable String text(byte[] bytes, Charset charset) {
		CharBuffer text = CharBuffer.allocate((int) Math.ceil(bytes.length * charset.newDecoder().maxCharsPerByte()));
		if (charset.newDecoder().decode(ByteBuffer.wrap(bytes), text, false).isError()) {
			return null;
		}
		return text.flip().toString();
	}

}
