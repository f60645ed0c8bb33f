package dev.resilience.fault;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * A request or a response as it came over the line, to its last byte.
 *
 * @param bytes all of it
 * @param headLength the length of what stands before its body
 */
record HttpMessage(byte[] bytes, int headLength) {

	private static final String LENGTH = "content-length:";

	private static final String CHUNKED = "transfer-encoding: chunked";

	/**
	 * Read the next message.
	 * @return the message, {@code null} if the connection has ended instead
	 */
	static @Nullable HttpMessage read(InputStream in) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		int length = 0;
		boolean chunked = false;
		String line;
		do {
			line = readLine(in, bytes).toLowerCase(Locale.ROOT);
			if (line.startsWith(LENGTH)) {
				length = Integer.parseInt(line.substring(LENGTH.length()).trim());
			}
			chunked |= line.startsWith(CHUNKED);
		}
		while (!line.isEmpty());
		int headLength = bytes.size();
		if (headLength < 4) {
			return null;
		}
		if (chunked) {
			int size;
			do {
				size = Integer.parseInt(readLine(in, bytes), 16);
				copy(in, bytes, size);
				readLine(in, bytes);
			}
			while (size > 0);
		}
		else {
			copy(in, bytes, length);
		}
		return new HttpMessage(bytes.toByteArray(), headLength);
	}

	/** The line without its end; empty also at the end of the connection. */
	private static String readLine(InputStream in, ByteArrayOutputStream bytes) throws IOException {
		int start = bytes.size();
		int next;
		do {
			next = in.read();
			if (next != -1) {
				bytes.write(next);
			}
		}
		while (next != -1 && next != '\n');
		return bytes.toString(StandardCharsets.ISO_8859_1).substring(start).trim();
	}

	private static void copy(InputStream in, ByteArrayOutputStream bytes, int length) throws IOException {
		byte[] content = in.readNBytes(length);
		if (content.length < length) {
			throw new EOFException();
		}
		bytes.writeBytes(content);
	}

}
