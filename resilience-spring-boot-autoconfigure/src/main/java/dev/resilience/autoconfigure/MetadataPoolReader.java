package dev.resilience.autoconfigure;

import java.util.List;

import javax.sql.DataSource;

import dev.resilience.diagnosis.Load;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.jdbc.metadata.CompositeDataSourcePoolMetadataProvider;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadata;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;

/**
 * Reads the pools that Boot knows.
 */
final class MetadataPoolReader implements PoolReader {

	private final DataSourcePoolMetadataProvider provider;

	MetadataPoolReader(List<DataSourcePoolMetadataProvider> providers) {
		this.provider = new CompositeDataSourcePoolMetadataProvider(providers);
	}

	@Override
	public @Nullable Load read(DataSource dataSource) {
		DataSourcePoolMetadata metadata = this.provider.getDataSourcePoolMetadata(dataSource);
		Integer active = (metadata != null) ? metadata.getActive() : null;
		Integer max = (metadata != null) ? metadata.getMax() : null;
		// some say -1 for no limit
		return (active != null && max != null && max > 0) ? new Load(active, max, "connections") : null;
	}

}
