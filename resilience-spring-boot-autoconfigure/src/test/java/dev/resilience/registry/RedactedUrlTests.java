package dev.resilience.registry;

import java.net.URI;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RedactedUrl}.
 */
class RedactedUrlTests {

	@ParameterizedTest
	@CsvSource({ "https://user:secret@host:8443/path, https://host:8443/path",
			"http://host/?key=secret&other=secret&empty=, http://host/?key=***&other=***&empty=***",
			"http://host/path?secret, http://host/path?***", "http://host/?a=secret&secret, http://host/?a=***&***",
			"/path, /path" })
	void showsNoSecrets(String url, String shown) {
		assertThat(RedactedUrl.of(URI.create(url))).isEqualTo(shown);
	}

}
