package dev.resilience.autoconfigure;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import javax.sql.DataSource;

import com.github.kagkarlsson.scheduler.Scheduler;
import dev.resilience.PayloadCodec;
import dev.resilience.delivery.CommitListener;
import dev.resilience.delivery.DeadLetterBox;
import dev.resilience.delivery.DeliveryEngine;
import dev.resilience.delivery.DeliverySettings;
import dev.resilience.delivery.EmbeddedStore;
import dev.resilience.delivery.SteadyClock;
import dev.resilience.delivery.StoreSource;
import dev.resilience.guard.InvalidDeliveryException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionExecutionListener;

/**
 * Auto-configuration of durable delivery. No database is touched as long as no operation
 * is durable.
 */
@AutoConfiguration(afterName = { "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
		"org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration" })
@ConditionalOnClass({ Scheduler.class, JdbcTemplate.class, JsonMapper.class })
@ConditionalOnBooleanProperty(name = "resilience.enabled", matchIfMissing = true)
public final class ResilienceDeliveryAutoConfiguration {

	@Bean
	DeliveryEngine resilienceDeliveryEngine(ResilienceProperties properties, Environment environment,
			ObjectProvider<StoreSource> source, ObjectProvider<InstantSource> clock) {
		ResilienceProperties.Delivery delivery = properties.delivery();
		DeliverySettings settings = new DeliverySettings(ProcessHandle.current().pid() + "-" + UUID.randomUUID(),
				delivery.pollInterval(), delivery.heartbeat(), grace(environment));
		return new DeliveryEngine(source::getObject, settings,
				new SteadyClock(clock.getIfUnique(InstantSource::system), System::nanoTime));
	}

	// db-scheduler waits once before it interrupts, and once more after that
	private static Duration grace(Environment environment) {
		String phase = environment.getProperty("spring.lifecycle.timeout-per-shutdown-phase", "30s");
		return DurationStyle.detectAndParse(phase).dividedBy(3);
	}

	/** Has transaction managers say when they commit. */
	@Bean
	static BeanPostProcessor resilienceCommitListeners() {
		return new BeanPostProcessor() {
			@Override
			public Object postProcessAfterInitialization(Object bean, String name) {
				if (bean instanceof PlatformTransactionManager
						&& bean instanceof ConfigurableTransactionManager manager) {
					// the collection that it has may be immutable
					List<TransactionExecutionListener> all = new ArrayList<>(
							manager.getTransactionExecutionListeners());
					all.add(new CommitListener());
					manager.setTransactionExecutionListeners(all);
				}
				return bean;
			}
		};
	}

	@Bean
	DeadLetterBox resilienceDeadLetterBox(DeliveryEngine engine) {
		return new DeadLetterBox(engine);
	}

	@Bean
	@Lazy
	StoreSource resilienceStoreSource(ResilienceProperties properties, ListableBeanFactory beans,
			ObjectProvider<EmbeddedStore> embedded, ObjectProvider<JsonMapper> json,
			ObjectProvider<PayloadCodec> codec) {
		ResilienceProperties.Delivery delivery = properties.delivery();
		DataSource dataSource = dataSource(delivery, beans);
		EmbeddedStore ours = null;
		if (dataSource == null) {
			ours = embedded.getObject();
			dataSource = ours.dataSource();
		}
		return new StoreSource(dataSource, TableCreations.of(delivery.initializeSchema(), beans),
				json.getIfAvailable(() -> JsonMapper.builder().findAndAddModules().build()), codec.getIfAvailable(),
				Math.toIntExact(delivery.maxPayload().toBytes()), ours);
	}

	// null if the application has none
	private static @Nullable DataSource dataSource(ResilienceProperties.Delivery delivery, ListableBeanFactory beans) {
		String name = delivery.dataSource();
		if (name != null) {
			try {
				return beans.getBean(name, DataSource.class);
			}
			catch (NoSuchBeanDefinitionException ex) {
				throw new InvalidDeliveryException(
						"'resilience.delivery.data-source' names '%s', and there is no such DataSource".formatted(name),
						"There are the DataSource beans "
								+ String.join(", ", beans.getBeanNamesForType(DataSource.class)) + ".");
			}
		}
		String[] names = beans.getBeanNamesForType(DataSource.class);
		if (names.length == 0) {
			return null;
		}
		DataSource only = beans.getBeanProvider(DataSource.class).getIfUnique();
		if (only == null) {
			throw new InvalidDeliveryException(
					"there are several DataSources, none of which is primary: " + String.join(", ", names),
					"Name one of them by 'resilience.delivery.data-source'.");
		}
		return only;
	}

	@Bean
	@Lazy
	EmbeddedStore resilienceEmbeddedStore(ResilienceProperties properties, ResourceLoader resources) {
		return EmbeddedStore.open(properties.delivery().directory(), resources.getClassLoader());
	}

}
