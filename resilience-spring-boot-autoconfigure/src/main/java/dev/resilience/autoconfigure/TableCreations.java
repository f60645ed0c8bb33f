package dev.resilience.autoconfigure;

import javax.sql.DataSource;

import dev.resilience.delivery.TableCreation;
import dev.resilience.policy.SchemaInitialization;
import liquibase.exception.LiquibaseException;
import liquibase.integration.spring.SpringLiquibase;
import org.flywaydb.core.Flyway;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;
import org.springframework.util.ClassUtils;

/**
 * Who makes the tables for durable calls: the tool that the application uses for its own,
 * else we ourselves.
 */
final class TableCreations {

	private TableCreations() {
	}

	static TableCreation of(SchemaInitialization mode, ListableBeanFactory beans) {
		if (mode == SchemaInitialization.NEVER) {
			return TableCreation.NONE;
		}
		if (isUsed("org.flywaydb.core.Flyway", beans)) {
			return WithFlyway::create;
		}
		if (isUsed("liquibase.integration.spring.SpringLiquibase", beans)) {
			return WithLiquibase::create;
		}
		return (dataSource, scripts) -> {
			if (mode == SchemaInitialization.ALWAYS || isEmbedded(dataSource)) {
				withScript(dataSource, scripts);
			}
		};
	}

	private static boolean isUsed(String type, ListableBeanFactory beans) {
		ClassLoader classLoader = TableCreations.class.getClassLoader();
		return ClassUtils.isPresent(type, classLoader)
				&& beans.getBeanNamesForType(ClassUtils.resolveClassName(type, classLoader), true, false).length > 0;
	}

	private static void withScript(DataSource dataSource, String scripts) {
		if (exist(dataSource)) {
			return;
		}
		ResourceDatabasePopulator script = new ResourceDatabasePopulator(
				new ClassPathResource(scripts + TableCreation.SCRIPT, TableCreations.class.getClassLoader()));
		// some of it may be there: another instance starts too, or one was killed in
		// between;
		// whether the tables exist is looked at afterwards
		script.setContinueOnError(true);
		script.execute(dataSource);
	}

	private static boolean exist(DataSource dataSource) {
		try {
			// the last one of the script
			new JdbcTemplate(dataSource).queryForList("select seen_at from resilience_operation where 1 = 0");
			return true;
		}
		catch (DataAccessException ex) {
			return false;
		}
	}

	private static boolean isEmbedded(DataSource dataSource) {
		try {
			String url = JdbcUtils.extractDatabaseMetaData(dataSource, (data) -> data.getURL());
			return url.startsWith("jdbc:h2:") && !url.startsWith("jdbc:h2:tcp:") && !url.startsWith("jdbc:h2:ssl:");
		}
		catch (MetaDataAccessException ex) {
			return false;
		}
	}

	// apart, because Flyway may be absent
	private static final class WithFlyway {

		// with a history of its own: its versions are not the application's
		private static void create(DataSource dataSource, String scripts) {
			Flyway.configure(TableCreations.class.getClassLoader())
				.dataSource(dataSource)
				.locations("classpath:" + scripts)
				.table("resilience_delivery_history")
				.baselineOnMigrate(true)
				.baselineVersion(exist(dataSource) ? "1" : "0")
				.load()
				.migrate();
		}

	}

	// apart, because Liquibase may be absent
	private static final class WithLiquibase {

		private static void create(DataSource dataSource, String scripts) {
			if (exist(dataSource)) {
				return;
			}
			SpringLiquibase liquibase = new SpringLiquibase();
			liquibase.setDataSource(dataSource);
			liquibase.setResourceLoader(new DefaultResourceLoader(TableCreations.class.getClassLoader()));
			liquibase.setChangeLog("classpath:" + scripts + TableCreation.SCRIPT);
			try {
				liquibase.afterPropertiesSet();
			}
			catch (LiquibaseException ex) {
				throw new IllegalStateException("Liquibase cannot make the tables for durable calls", ex);
			}
		}

	}

}
