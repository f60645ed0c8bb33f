package dev.resilience.failure;

import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

import dev.resilience.FailureKind;
import dev.resilience.PartialFailureException;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's own exceptions, and ours.
 */
final class JdkLinkClassifier implements LinkClassifier {

	private static final Classification TIMEOUT = Classification.of(FailureKind.TIMEOUT);

	private static final Classification REFUSED = Classification.of(FailureKind.CONNECTION_REFUSED);

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (link instanceof ConnectException || link instanceof UnknownHostException
				|| link instanceof NoRouteToHostException || link instanceof UnresolvedAddressException
				|| link instanceof SSLHandshakeException || link instanceof SSLPeerUnverifiedException
				|| link instanceof HttpConnectTimeoutException || isConnectTimeout(link)) {
			return REFUSED;
		}
		if (link instanceof SocketTimeoutException || link instanceof HttpTimeoutException
				|| link instanceof TimeoutException || isCallTimeout(link)) {
			return TIMEOUT;
		}
		if (link instanceof PartialFailureException partial) {
			return new Classification(FailureKind.PARTIAL_FAILURE, null, false, false, partial.failedShare());
		}
		return null;
	}

	// OkHttp's end of a whole call
	private static boolean isCallTimeout(Throwable link) {
		return link.getClass() == InterruptedIOException.class && "timeout".equals(link.getMessage());
	}

	// Socket.connect has no exception of its own for this; the text is the JDK's
	private static boolean isConnectTimeout(Throwable link) {
		return link.getClass() == SocketTimeoutException.class && link.getMessage() != null
				&& link.getMessage().toLowerCase(Locale.ROOT).startsWith("connect timed out");
	}

}
