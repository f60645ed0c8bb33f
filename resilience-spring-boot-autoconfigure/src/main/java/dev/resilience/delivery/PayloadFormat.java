package dev.resilience.delivery;

import java.lang.reflect.Type;
import java.util.List;

import dev.resilience.DeliveryRejectedException;
import dev.resilience.PayloadCodec;
import dev.resilience.guard.DurableCalls;
import dev.resilience.guard.InvalidDeliveryException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.exc.InvalidDefinitionException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is stored of a call: versioned JSON with the arguments by their names. What was
 * not understood completely is not understood.
 */
final class PayloadFormat {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private static final int VERSION = 1;

	private final JsonMapper json;

	private final @Nullable PayloadCodec codec;

	private final int maxBytes;

	/**
	 * Create the format.
	 * @param json of the application, with its modules
	 * @param codec encodes the arguments, {@code null} to store them as they are
	 * @param maxBytes how much may be stored of a call
	 */
	PayloadFormat(JsonMapper json, @Nullable PayloadCodec codec, int maxBytes) {
		// a property that nobody reads would be lost without a word
		this.json = json.rebuild()
			.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
			.enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
			// and what is read is what was written
			.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
			.disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
			.disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
			.enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
			.build();
		this.codec = codec;
		this.maxBytes = maxBytes;
	}

	/** Refuses parameters whose types tell that they cannot be stored and read again. */
	void check(DurableCalls calls) {
		for (DurableCalls.Parameter parameter : calls.parameters()) {
			JavaType type = type(parameter);
			boolean readable = type.getRawClass() != Object.class;
			try {
				this.json.readerFor(type).readValue("{}");
			}
			catch (InvalidDefinitionException ex) {
				readable = false;
			}
			catch (JacksonException | IllegalArgumentException ex) {
				// it is no empty object, which says nothing
			}
			if (!readable) {
				throw new InvalidDeliveryException(
						"the parameter '%s' of type %s cannot be read again from JSON".formatted(parameter.name(),
								parameter.type().getTypeName()),
						"Take a value that Jackson can write and read, such as a record, a text or a number.");
			}
		}
	}

	private JavaType type(DurableCalls.Parameter parameter) {
		return this.json.getTypeFactory().constructType(parameter.type());
	}

	/**
	 * Write a call.
	 * @throws DeliveryRejectedException if it could not be read again, or is too large
	 */
	byte[] write(DurableCalls calls, @Nullable Object[] arguments, String idempotencyKey) {
		ObjectNode byName = this.json.createObjectNode();
		List<DurableCalls.Parameter> parameters = calls.parameters();
		for (int i = 0; i < parameters.size(); i++) {
			byName.set(parameters.get(i).name(), write(calls, parameters.get(i), arguments[i]));
		}
		ObjectNode call = this.json.createObjectNode();
		call.put("key", idempotencyKey);
		call.set("arguments", byName);
		ObjectNode envelope = this.json.createObjectNode();
		envelope.put("version", VERSION);
		envelope.put("operation", calls.name());
		if (this.codec != null) {
			envelope.put("encoded", this.codec.encode(this.json.writeValueAsBytes(call)));
		}
		else {
			envelope.set("call", call);
		}
		byte[] payload = this.json.writeValueAsBytes(envelope);
		if (payload.length > this.maxBytes) {
			throw new DeliveryRejectedException(calls.dependency(),
					"its arguments take %d bytes, 'resilience.delivery.max-payload' allows %d".formatted(payload.length,
							this.maxBytes),
					null);
		}
		return payload;
	}

	private JsonNode write(DurableCalls calls, DurableCalls.Parameter parameter, @Nullable Object argument) {
		try {
			Type type = parameter.type();
			// of a container only its declared type knows what its elements are
			JsonNode node = (type instanceof Class<?>) ? this.json.valueToTree(argument)
					: this.json.readTree(this.json.writerFor(type(parameter)).writeValueAsBytes(argument));
			read(parameter, node);
			return node;
		}
		catch (JacksonException | IllegalArgumentException ex) {
			// without its message, which may show the argument
			logger.debug("An argument cannot be stored", ex);
			throw new DeliveryRejectedException(calls.dependency(),
					"the argument '%s' of %s cannot be written as JSON and read again: %s".formatted(parameter.name(),
							calls.name(), ex.getClass().getSimpleName()),
					null);
		}
	}

	private @Nullable Object read(DurableCalls.Parameter parameter, JsonNode node) {
		return this.json.readerFor(type(parameter)).readValue(node);
	}

	/** Read a call. */
	StoredCall read(byte[] payload) throws UnreadableCallException, UndecodableCallException {
		try {
			JsonNode envelope = this.json.readTree(payload);
			if (envelope.path("version").asInt(0) != VERSION) {
				throw new UnreadableCallException("it is of an unknown version", null);
			}
			String operation = envelope.path("operation").stringValue();
			JsonNode call = envelope.has("encoded") ? decode(operation, envelope.get("encoded").binaryValue())
					: envelope.path("call");
			return new StoredCall(operation, call.path("key").stringValue(), call.path("arguments"));
		}
		catch (JacksonException ex) {
			throw new UnreadableCallException("it is no JSON of ours", ex);
		}
	}

	private JsonNode decode(String operation, byte[] encoded) throws UnreadableCallException, UndecodableCallException {
		if (this.codec == null) {
			throw new UnreadableCallException("it is encoded, and there is no PayloadCodec", null);
		}
		byte[] decoded;
		try {
			decoded = this.codec.decode(encoded);
		}
		catch (RuntimeException ex) {
			throw new UndecodableCallException(operation, ex);
		}
		return this.json.readTree(decoded);
	}

	/**
	 * The arguments of a call as they were stored, for humans; {@code null} if
	 * unreadable.
	 */
	@Nullable Object show(byte[] payload) {
		try {
			return this.json.convertValue(read(payload).arguments(), Object.class);
		}
		catch (UnreadableCallException | UndecodableCallException ex) {
			return null;
		}
	}

	/** The arguments of a call for a method that takes these parameters now. */
	@Nullable Object[] arguments(StoredCall call, List<DurableCalls.Parameter> parameters) throws UnreadableCallException {
		if (call.arguments().size() != parameters.size()) {
			throw new UnreadableCallException("the method has other parameters now", null);
		}
		@Nullable Object[] arguments = new Object[parameters.size()];
		for (int i = 0; i < arguments.length; i++) {
			DurableCalls.Parameter parameter = parameters.get(i);
			JsonNode node = call.arguments().get(parameter.name());
			if (node == null) {
				throw new UnreadableCallException("the method has other parameters now", null);
			}
			try {
				arguments[i] = read(parameter, node);
			}
			catch (JacksonException | IllegalArgumentException ex) {
				throw new UnreadableCallException(
						"the argument '%s' does not fit its type any more".formatted(parameter.name()), ex);
			}
		}
		return arguments;
	}

}
