package dev.resilience.delivery;

import com.github.kagkarlsson.scheduler.serializer.Serializer;

/**
 * Lets db-scheduler carry what is stored as it is.
 */
enum RawPayload implements Serializer {

	INSTANCE;

	@Override
	public byte[] serialize(Object data) {
		return (byte[]) data;
	}

	@Override
	public <T> T deserialize(Class<T> type, byte[] data) {
		return type.cast(data);
	}

}
