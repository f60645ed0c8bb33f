package dev.resilience.delivery;

import javax.sql.DataSource;

import dev.resilience.PayloadCodec;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where and how durable calls are stored.
 *
 * @param dataSource of the database
 * @param tables makes the tables
 * @param json writes the arguments, with the modules of the application
 * @param codec encodes them, {@code null} to store them as they are
 * @param maxPayload how many bytes may be stored of a call
 * @param embedded the database, if it is embedded only for this
 */
public record StoreSource(DataSource dataSource, TableCreation tables, JsonMapper json, @Nullable PayloadCodec codec,
		int maxPayload, @Nullable EmbeddedStore embedded) {
}
