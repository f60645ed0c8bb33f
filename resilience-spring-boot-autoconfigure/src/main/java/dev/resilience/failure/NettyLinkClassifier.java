package dev.resilience.failure;

import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;

/**
 * Replies that Netty cannot read: it reports most of them as an
 * {@code IllegalArgumentException} of its decoder, and one that ends too early as a lost
 * connection.
 */
final class NettyLinkClassifier implements LinkClassifier {

	private static final String DECODER = "io.netty.handler.codec.http.HttpObjectDecoder";

	private static final int NEAR = 8;

	@Override
	public @Nullable Classification classify(Throwable link) {
		return ((link instanceof IllegalArgumentException && isThrownByDecoder(link)) || isCutShort(link))
				? Classification.of(FailureKind.CORRUPT_DATA) : null;
	}

	private static boolean isThrownByDecoder(Throwable link) {
		StackTraceElement[] trace = link.getStackTrace();
		for (int i = 0; i < trace.length && i < NEAR; i++) {
			if (trace[i].getClassName().startsWith(DECODER)) {
				return true;
			}
		}
		return false;
	}

	private static boolean isCutShort(Throwable link) {
		return link.getClass().getName().equals("reactor.netty.http.client.PrematureCloseException")
				&& Texts.startsWith(link, "Connection prematurely closed DURING response");
	}

}
