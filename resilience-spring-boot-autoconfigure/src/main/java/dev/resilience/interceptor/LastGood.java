package dev.resilience.interceptor;

import java.security.Principal;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.resilience.guard.Failure;
import dev.resilience.guard.WayOut;
import dev.resilience.guard.Work;
import dev.resilience.policy.Settings;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The last good value for the same arguments, and for the same user unless that is
 * switched off. What a fallback made up is never kept.
 */
final class LastGood implements WayOut {

	private final Cache<Key, Object> values;

	private final Supplier<@Nullable Principal> user;

	LastGood(Settings.LastGood settings, Supplier<@Nullable Principal> user) {
		this.values = Caffeine.newBuilder()
			.expireAfterWrite(settings.maxAge())
			.maximumSize(settings.maxEntries())
			.build();
		this.user = settings.perUser() ? user : () -> null;
	}

	@Override
	public boolean serves(Work work, Failure failure) {
		return apply(work, failure) != null;
	}

	@Override
	public @Nullable Object apply(Work work, Failure failure) {
		return this.values.getIfPresent(((Kept) work).key());
	}

	/**
	 * Keep what an attempt returned, once it is there.
	 * @return the result, for the caller
	 */
	@Nullable Object keep(Key key, @Nullable Object result) {
		if (result instanceof CompletionStage<?> stage) {
			return stage.whenComplete((value, failure) -> put(key, value));
		}
		if (result != null && ReturnForms.isMono(result)) {
			return ((Mono<?>) result).doOnNext((value) -> put(key, value));
		}
		put(key, result);
		return result;
	}

	private void put(Key key, @Nullable Object value) {
		if (value != null) {
			this.values.put(key, value);
		}
	}

	/**
	 * For whom and for which arguments a value is good. To be asked on the caller's
	 * thread, which knows the user.
	 */
	Key key(@Nullable Object[] arguments) {
		Principal user = this.user.get();
		return new Key((user != null) ? user.getName() : null, Arrays.asList(arguments.clone()));
	}

	/**
	 * A call whose result is kept.
	 */
	interface Kept {

		Key key();

	}

	/**
	 * For whom and for which arguments a value is good.
	 *
	 * @param user the authenticated user, if values are his own
	 * @param arguments the arguments of the call
	 */
	record Key(@Nullable String user, List<@Nullable Object> arguments) {
	}

}
