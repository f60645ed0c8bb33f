package dev.resilience.interceptor;

import java.security.Principal;
import java.util.Arrays;
import java.util.function.Supplier;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.cache.interceptor.SimpleKey;

/**
 * Tells for whom and for which arguments a last good value is good. The keys are those
 * that Spring uses for caches, so that every cache knows what to do with them.
 *
 * @param operation the method, different from all others
 * @param parameters how many of its arguments are the caller's
 * @param perBean whether each bean of the class has values of its own
 * @param user to whom values belong
 * @param key the parameter that differs in each call and means nothing for the result,
 * {@code null} if there is none
 */
record LastGoodKeys(String operation, int parameters, boolean perBean, Supplier<@Nullable Principal> user,
		@Nullable KeyParameter key) {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	/**
	 * The key of a call. To be asked on the caller's thread, which knows the user.
	 * @return the key, {@code null} if an argument has no usable {@code hashCode}
	 */
	@Nullable SimpleKey of(MethodInvocation call) {
		try {
			Principal user = this.user.get();
			return of(call, (user != null) ? user.getName() : null);
		}
		catch (RuntimeException ex) {
			unusable(ex);
			return null;
		}
	}

	/** The key of a call that a user makes. */
	@Nullable SimpleKey of(MethodInvocation call, @Nullable String user) {
		try {
			@Nullable Object[] compared = Arrays.copyOf(call.getArguments(), this.parameters);
			if (this.key != null) {
				compared[this.key.index()] = null;
			}
			return new SimpleKey(this.operation, this.perBean ? new Bean(call.getThis()) : null, user, compared);
		}
		catch (RuntimeException | StackOverflowError ex) {
			unusable(ex);
			return null;
		}
	}

	/**
	 * The arguments' own {@code hashCode} or {@code equals} has failed, or the user's
	 * name.
	 */
	void unusable(Throwable ex) {
		logger.debug("A call of '{}' has no last good value, because its arguments or its user cannot be compared",
				this.operation, ex);
	}

	/** A bean by its identity: what it calls equal is its own business. */
	private record Bean(@Nullable Object bean) {

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof Bean same && same.bean == this.bean;
		}

		@Override
		public int hashCode() {
			return System.identityHashCode(this.bean);
		}

	}

}
