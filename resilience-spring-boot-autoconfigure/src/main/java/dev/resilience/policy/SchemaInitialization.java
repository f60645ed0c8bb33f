package dev.resilience.policy;

/**
 * When we make the tables ourselves in which durable calls are stored.
 */
public enum SchemaInitialization {

	/** In an H2 database in a file or in memory. */
	EMBEDDED,

	/** In every database. */
	ALWAYS,

	/** Never, and neither do Flyway or Liquibase. */
	NEVER

}
