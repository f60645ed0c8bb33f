package dev.resilience.interceptor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import dev.resilience.PartialFailureException;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.ProxyMethodInvocation;

/**
 * An intercepted call on several items, whose next attempt is made for those that failed.
 */
final class ItemizedWork extends KeyedWork {

	private final ProxyMethodInvocation invocation;

	private final ItemizedMethod method;

	private final boolean idempotent;

	// null until an attempt has failed partially
	private volatile @Nullable ItemProgress progress;

	ItemizedWork(ProxyMethodInvocation invocation, @Nullable String key, ItemizedMethod method, boolean idempotent) {
		super(invocation, key);
		this.invocation = invocation;
		this.method = method;
		this.idempotent = idempotent;
	}

	@Override
	public @Nullable Object attempt(boolean last) throws Throwable {
		ItemProgress progress = this.progress;
		if (progress == null) {
			return super.attempt(last);
		}
		@Nullable Object[] arguments = this.invocation.getArguments().clone();
		arguments[0] = this.method.argument(arguments[0], progress.asked());
		return this.invocation.invocableClone(arguments).proceed();
	}

	@Override
	public Throwable failed(Throwable exception) {
		try {
			return (exception instanceof PartialFailureException partial) ? failed(partial) : allFailed(exception);
		}
		catch (RuntimeException ex) {
			// the items cannot be compared
			this.progress = null;
			return exception;
		}
	}

	private Throwable failed(PartialFailureException partial) {
		ItemProgress before = this.progress;
		if (before == null) {
			ItemProgress start = ItemProgress.start(ItemizedMethod.items(this.invocation.getArguments()));
			if (start.isAccountedForBy(partial) && this.method.holds(partial.succeeded())) {
				this.progress = start.with(partial.succeeded(), partial.failed());
			}
			return partial;
		}
		ItemProgress progress = before.with(partial.succeeded(), partial.failed());
		if (!before.isAccountedForBy(partial)) {
			// nobody knows of the items that it does not mention
			progress = before.withFailure(partial).with(partial.succeeded(), partial.failed());
		}
		this.progress = progress;
		boolean complete = partial.succeeded().size() == progress.succeeded().size()
				&& partial.failed().size() == progress.failed().size();
		return complete ? partial : merged(progress, partial);
	}

	private Throwable allFailed(Throwable exception) {
		ItemProgress before = this.progress;
		if (before == null || before.succeeded().isEmpty()) {
			return exception;
		}
		ItemProgress progress = before.withFailure(exception);
		this.progress = progress;
		return merged(progress, exception);
	}

	private static PartialFailureException merged(ItemProgress progress, Throwable ofAttempt) {
		PartialFailureException merged = progress.failure();
		merged.addSuppressed(ofAttempt);
		return merged;
	}

	@Override
	public boolean narrow(Predicate<Throwable> repeatable) {
		ItemProgress progress = this.progress;
		if (progress == null) {
			return false;
		}
		// of an item that was given twice nobody knows which one failed
		ItemProgress next = progress
			.narrow((cause, times) -> (this.idempotent || times == 1) && (cause == null || repeatable.test(cause)));
		if (next.asked().isEmpty()) {
			return false;
		}
		this.progress = next;
		return true;
	}

	@Override
	public @Nullable Object succeeded(@Nullable Object value) {
		ItemProgress progress = this.progress;
		if (progress == null) {
			return value;
		}
		List<@Nullable Object> further = new ArrayList<>();
		ItemProgress ended = progress.with(this.method.byItem(progress.asked(), value, further), Map.of());
		if (!ended.failed().isEmpty()) {
			throw ended.failure();
		}
		return this.method.result(ended.items(), ended.succeeded(), further);
	}

}
