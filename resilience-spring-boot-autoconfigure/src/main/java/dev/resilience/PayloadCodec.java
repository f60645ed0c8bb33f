package dev.resilience;

/**
 * Encodes what is stored of durable calls, their arguments and idempotency keys, for
 * example to encrypt them. A bean of this type is used for all of them; without one they
 * are stored as JSON.
 */
public interface PayloadCodec {

	/**
	 * Encode what will be stored.
	 * @param payload JSON in UTF-8
	 * @return what is stored of it
	 */
	byte[] encode(byte[] payload);

	/**
	 * Decode what was stored, maybe by an earlier version of the application. If this
	 * throws, the call is tried again later.
	 * @param stored what {@link #encode(byte[])} has returned
	 * @return the JSON
	 */
	byte[] decode(byte[] stored);

}
