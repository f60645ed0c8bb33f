package dev.resilience.delivery;

import javax.sql.DataSource;

/**
 * Makes the tables in which calls are stored, if they do not exist yet.
 */
@FunctionalInterface
public interface TableCreation {

	/** The script, within the directory of its database. */
	String SCRIPT = "/V1__resilience_delivery.sql";

	/** Somebody else makes them. */
	TableCreation NONE = (dataSource, scripts) -> {
	};

	/**
	 * Make the tables.
	 * @param dataSource of the database
	 * @param scripts the directory on the class path with the scripts for it
	 */
	void create(DataSource dataSource, String scripts);

}
