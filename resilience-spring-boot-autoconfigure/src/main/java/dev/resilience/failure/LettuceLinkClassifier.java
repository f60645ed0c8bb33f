package dev.resilience.failure;

import java.util.Locale;

import dev.resilience.FailureKind;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import org.jspecify.annotations.Nullable;

/**
 * Redis, by Lettuce. The first word of an error that Redis replies with is its code.
 */
final class LettuceLinkClassifier implements LinkClassifier {

	@Override
	public @Nullable Classification classify(Throwable link) {
		if (!(link instanceof RedisException)) {
			return null;
		}
		if (link instanceof RedisCommandTimeoutException) {
			return Classification.of(FailureKind.TIMEOUT);
		}
		if (link instanceof RedisCommandExecutionException) {
			return classifyReply(String.valueOf(link.getMessage()));
		}
		// a client that buffers nothing while it has no connection
		return Texts.startsWith(link, "Currently not connected. Commands are rejected") ? Classification.REFUSED
				: Classification.of(FailureKind.UNKNOWN);
	}

	private static Classification classifyReply(String reply) {
		return switch (reply.split("[ :]", 2)[0].toUpperCase(Locale.ROOT)) {
			case "NOAUTH", "WRONGPASS", "NOPERM" -> Classification.UNAUTHORIZED;
			case "LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "READONLY", "NOREPLICAS", "MISCONF",
					"OOM" ->
				Classification.of(FailureKind.SERVER_ERROR);
			case "ERR" -> Classification.of(reply.contains("max number of clients reached") ? FailureKind.SERVER_ERROR
					: FailureKind.CLIENT_ERROR);
			default -> Classification.of(FailureKind.CLIENT_ERROR);
		};
	}

}
