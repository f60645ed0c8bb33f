package dev.resilience.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A Prometheus in a process of its own, on a port of its own, which scrapes one shop.
 */
final class Prometheus implements AutoCloseable {

	private static final Pattern LISTENING = Pattern
		.compile("msg=\"Listening on\" address=(127\\.0\\.0\\.1:[1-9]\\d*)");

	private final HttpClient http = HttpClient.newHttpClient();

	private final StringBuffer log = new StringBuffer();

	private final CompletableFuture<String> address = new CompletableFuture<>();

	private final Process process;

	private Prometheus(Process process) {
		this.process = process;
		Thread reader = new Thread(this::read, "log of Prometheus");
		reader.setDaemon(true);
		reader.start();
	}

	static Prometheus scraping(int port, Path directory) throws IOException {
		Path config = Files.writeString(directory.resolve("prometheus.yml"), """
				global: { scrape_interval: 1s }
				scrape_configs:
				  - job_name: shop
				    metrics_path: /actuator/prometheus
				    static_configs: [{ targets: ['127.0.0.1:%d'] }]
				""".formatted(port));
		return new Prometheus(InstalledTool.named("prometheus")
			.start("--config.file=" + config, "--storage.tsdb.path=" + directory.resolve("data"),
					"--web.listen-address=127.0.0.1:0"));
	}

	private void read() {
		try (BufferedReader lines = this.process.inputReader()) {
			lines.lines().forEach((line) -> {
				this.log.append(line).append('\n');
				Matcher listening = LISTENING.matcher(line);
				if (listening.find()) {
					this.address.complete(listening.group(1));
				}
			});
		}
		catch (IOException | UncheckedIOException ex) {
			// the process was ended
		}
		this.address.completeExceptionally(new IllegalStateException("Prometheus did not start:\n" + this.log));
	}

	/**
	 * Evaluate an expression.
	 * @return the elements of the resulting vector
	 */
	JsonNode query(String expression) throws IOException, InterruptedException {
		URI uri = URI.create("http://%s/api/v1/query?query=%s".formatted(this.address.join(),
				URLEncoder.encode(expression, StandardCharsets.UTF_8)));
		String body = this.http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
		// at first it answers with a plain text
		JsonNode answer = JsonMapper.shared().readTree(body.startsWith("{") ? body : "{}");
		if (answer.path("status").asString("").equals("error")) {
			throw new IllegalArgumentException(expression + ": " + body);
		}
		return answer.path("data").path("result");
	}

	@Override
	public void close() throws InterruptedException {
		this.process.destroy();
		if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
			this.process.destroyForcibly().waitFor();
		}
	}

}
