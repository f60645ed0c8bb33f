package dev.resilience.failure;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.CharacterCodingException;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import java.util.zip.ZipException;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

import dev.resilience.FailureKind;
import dev.resilience.PartialFailureException;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's own exceptions, and ours. A connection that is lost is not among them: it may
 * have been lost before or after the partner has received something.
 */
final class JdkLinkClassifier implements LinkClassifier {

	private static final Classification TIMEOUT = Classification.of(FailureKind.TIMEOUT);

	private static final Classification CORRUPT_DATA = Classification.of(FailureKind.CORRUPT_DATA);

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (link instanceof ConnectException || link instanceof UnknownHostException
				|| link instanceof NoRouteToHostException || link instanceof UnresolvedAddressException
				|| link instanceof HttpConnectTimeoutException || isConnectTimeout(link) || isHandshake(link)) {
			return Classification.REFUSED;
		}
		if (link instanceof SocketTimeoutException || link instanceof HttpTimeoutException
				|| link instanceof TimeoutException || isGivenUp(link)) {
			return TIMEOUT;
		}
		if (link instanceof ProtocolException || link instanceof ZipException
				|| link instanceof CharacterCodingException || isUnreadable(link)) {
			return CORRUPT_DATA;
		}
		if (link instanceof PartialFailureException partial) {
			return Classification.partial(partial.failedShare());
		}
		return null;
	}

	// the request follows the handshake; the texts are the JDK's for a partner whose
	// first bytes are no TLS
	private static boolean isHandshake(Throwable link) {
		return link instanceof SSLHandshakeException || link instanceof SSLPeerUnverifiedException
				|| (link.getClass() == SSLException.class && Texts.startsWith(link,
						"Unsupported or unrecognized SSL message", "Unrecognized SSL message, plaintext connection"));
	}

	// Socket.connect and Jetty have no exception of their own for this
	private static boolean isConnectTimeout(Throwable link) {
		return link.getClass() == SocketTimeoutException.class && link.getMessage() != null
				&& link.getMessage().toLowerCase(Locale.ROOT).startsWith("connect time");
	}

	// the end of a whole call in OkHttp; Spring's read timeout, which closes the body of
	// the JDK's client while it is being read: that is the cause that newer JDKs give
	private static boolean isGivenUp(Throwable link) {
		if (link.getClass() == InterruptedIOException.class) {
			return "timeout".equals(link.getMessage());
		}
		return link.getClass() == IOException.class && link.getCause() == null
				&& ("closed".equals(link.getMessage()) || "subscription cancelled".equals(link.getMessage()));
	}

	// a response that has begun: the JDK's client, then HttpURLConnection
	private static boolean isUnreadable(Throwable link) {
		return link.getClass() == IOException.class && Texts.startsWith(link, "parsing HTTP/1.1 header",
				"chunked transfer encoding, state", "fixed content-length", "Illegal character in chunk size",
				"Bogus chunk size", "missing CR", "Premature EOF");
	}

}
