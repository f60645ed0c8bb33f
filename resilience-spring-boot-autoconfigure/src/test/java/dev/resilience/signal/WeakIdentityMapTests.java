package dev.resilience.signal;

import java.lang.ref.WeakReference;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link WeakIdentityMap}.
 */
class WeakIdentityMapTests {

	private final WeakIdentityMap<Object, Object> map = new WeakIdentityMap<>();

	@Test
	void equalObjectsAreNotTheSame() {
		String key = new String("key");
		this.map.put(key, "value");
		assertThat(this.map.get(key)).isEqualTo("value");
		assertThat(this.map.get(new String("key"))).isNull();
		assertThat(this.map.remove(new String("key"))).isNull();
		assertThat(this.map.remove(key)).isEqualTo("value");
		assertThat(this.map.get(key)).isNull();
	}

	@Test
	void forgetsWhatNobodyElseKeeps() {
		WeakReference<Object> value = new WeakReference<>(put());
		for (int i = 0; i < 100 && value.get() != null; i++) {
			System.gc();
			this.map.put(this, "another");
		}
		assertThat(value.get()).isNull();
	}

	private Object put() {
		Object value = new Object();
		this.map.put(new Object(), value);
		return value;
	}

}
