package dev.resilience.signal;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * What is known of objects for as long as they live, whatever they are equal to.
 *
 * @param <K> the type of the objects
 * @param <V> the type of what is known of them
 */
public final class WeakIdentityMap<K, V> {

	private final Map<Key<K>, V> entries = new ConcurrentHashMap<>();

	private final ReferenceQueue<K> collected = new ReferenceQueue<>();

	/**
	 * Note what is known of an object.
	 * @param object the object
	 * @param value what is known
	 */
	public void put(K object, V value) {
		for (Reference<?> key = this.collected.poll(); key != null; key = this.collected.poll()) {
			this.entries.remove(key);
		}
		this.entries.put(new Key<>(object, this.collected), value);
	}

	/**
	 * What is known of an object.
	 * @param object the object
	 * @return what is known, {@code null} if nothing is
	 */
	public @Nullable V get(K object) {
		return this.entries.get(new Key<>(object, null));
	}

	@Nullable V remove(K object) {
		return this.entries.remove(new Key<>(object, null));
	}

	private static final class Key<K> extends WeakReference<K> {

		private final int hash;

		private Key(K object, @Nullable ReferenceQueue<K> queue) {
			super(object, queue);
			this.hash = System.identityHashCode(object);
		}

		@Override
		public int hashCode() {
			return this.hash;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			if (this == other) {
				return true;
			}
			Object object = get();
			return object != null && other instanceof Key<?> key && key.get() == object;
		}

	}

}
