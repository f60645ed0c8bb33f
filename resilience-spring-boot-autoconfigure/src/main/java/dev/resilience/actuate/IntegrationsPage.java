package dev.resilience.actuate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import org.springframework.web.util.HtmlUtils;

/**
 * The map as a web page, at the URL of the map, for whoever asks for HTML.
 */
@EndpointWebExtension(endpoint = IntegrationsEndpoint.class)
public class IntegrationsPage {

	private static final String ASSETS = "=\"integrations/";

	private static final String TOKEN = "name=\"_csrf\" content=\"";

	private static final String HEADER = "name=\"_csrf_header\" content=\"";

	private final Supplier<String> path;

	private final Supplier<@Nullable CsrfHeader> csrf;

	/**
	 * Create the page.
	 * @param path the path of the endpoint, which may be mapped to another one
	 * @param csrf what a request that changes something has to prove that it comes from
	 * the page
	 */
	public IntegrationsPage(Supplier<String> path, Supplier<@Nullable CsrfHeader> csrf) {
		this.path = path;
		this.csrf = csrf;
	}

	/**
	 * The page.
	 * @return HTML that loads the rest
	 * @throws IOException if it cannot be read
	 */
	@ReadOperation(produces = "text/html;charset=UTF-8")
	public Resource page() throws IOException {
		String html = PageAssets.page().replace(ASSETS, "=\"" + lastSegment(this.path.get()) + "/");
		CsrfHeader csrf = this.csrf.get();
		if (csrf != null) {
			html = html.replace(TOKEN, TOKEN + HtmlUtils.htmlEscape(csrf.value()))
				.replace(HEADER, HEADER + HtmlUtils.htmlEscape(csrf.name()));
		}
		return new ByteArrayResource(html.getBytes(StandardCharsets.UTF_8));
	}

	// relative to it, whatever proxy is in front
	private static String lastSegment(String path) {
		return HtmlUtils.htmlEscape(path.substring(path.lastIndexOf('/') + 1));
	}

	/**
	 * A header by which a request that changes something proves where it comes from.
	 *
	 * @param name the name of the header
	 * @param value its value
	 */
	public record CsrfHeader(String name, String value) {
	}

}
