package dev.resilience.actuate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.util.MimeType;
import org.springframework.util.StringUtils;

/**
 * The files of the page, all of them on the class path beside this class.
 */
final class PageAssets {

	/** Stands where the name of a dependency does otherwise. */
	static final String PATH = "assets";

	private static final String FOLDER = "page/";

	private static final Pattern NAME = Pattern.compile("[a-z][a-z-]*\\.(js|css)");

	private static final Map<String, MimeType> TYPES = Map.of("js",
			new MimeType("text", "javascript", StandardCharsets.UTF_8), "css",
			new MimeType("text", "css", StandardCharsets.UTF_8));

	private PageAssets() {
	}

	/** What the page loads, {@code null} if there is no such file. */
	static @Nullable WebEndpointResponse<Object> read(String file) {
		if (!NAME.matcher(file).matches()) {
			return null;
		}
		Resource resource = resource(file);
		return resource.exists() ? new WebEndpointResponse<>(resource, WebEndpointResponse.STATUS_OK,
				TYPES.get(StringUtils.getFilenameExtension(file))) : null;
	}

	/** The page itself, as it is in its file. */
	static String page() throws IOException {
		return resource("index.html").getContentAsString(StandardCharsets.UTF_8);
	}

	private static Resource resource(String file) {
		return new ClassPathResource(FOLDER + file, PageAssets.class);
	}

}
