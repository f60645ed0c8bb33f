package dev.resilience.sample;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

import dev.resilience.sample.ShopDriver.Reply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import org.springframework.boot.SpringApplicationAotProcessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The shop that was processed ahead of time answers what it answers otherwise.
 */
@Timeout(180)
class ShopAotTests {

	private static final String CLASS_PATH = System.getProperty("java.class.path");

	@TempDir
	private static Path generated;

	private static ShopProcess plain;

	private static ShopProcess processed;

	@BeforeAll
	static void start() throws IOException, InterruptedException {
		plain = ShopProcess.start(CLASS_PATH);
		process();
		compile();
		processed = ShopProcess.start(classPath("classes", "resources"), "-Dspring.aot.enabled=true");
	}

	@AfterAll
	static void stop() {
		Stream.of(plain, processed).filter((shop) -> shop != null).forEach(ShopProcess::close);
	}

	// what the goal process-aot does
	private static void process() throws IOException, InterruptedException {
		Process process = ShopProcess.java(List.of("-cp", CLASS_PATH, SpringApplicationAotProcessor.class.getName(),
				ShopApplication.class.getName(), path("sources"), path("resources"), path("classes"), "dev.resilience",
				"sample-app"))
			.start();
		String log = new String(process.getInputStream().readAllBytes());
		assertThat(process.waitFor()).as(log).isZero();
	}

	private static void compile() throws IOException {
		List<String> arguments = new ArrayList<>(
				List.of("-proc:none", "-nowarn", "-parameters", "-cp", classPath("classes"), "-d", path("classes")));
		try (Stream<Path> files = Files.walk(generated.resolve("sources"))) {
			files.map(Path::toString).filter((file) -> file.endsWith(".java")).forEach(arguments::add);
		}
		assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
			.isZero();
	}

	private static String path(String directory) {
		return generated.resolve(directory).toString();
	}

	private static String classPath(String... directories) {
		return String.join(File.pathSeparator, Stream.of(directories).map(ShopAotTests::path).toList())
				+ File.pathSeparator + CLASS_PATH;
	}

	@Test
	void answersTheSame() {
		List<String> expected = answers(plain.driver());
		assertThat(expected).extracting((answer) -> answer.split(" ")[0])
			.containsExactly("201", "201", "402", "400", "502", "502", "503", "504", "200", "503", "200", "201");
		assertThat(answers(processed.driver())).isEqualTo(expected);
		assertThat(processed.log()).contains("Starting AOT-processed ShopApplication");
		assertThat(plain.log()).doesNotContain("AOT-processed");
	}

	private static List<String> answers(ShopDriver shop) {
		shop.heal();
		List<Reply> replies = new ArrayList<>();
		replies.add(shop.order());
		shop.fault("recommendations", "error");
		replies.add(shop.order());
		shop.fault("recommendations", "none");
		replies.add(shop.order("declined"));
		replies.add(shop.order(" "));
		shop.fault("payments", "error");
		replies.add(shop.order());
		replies.add(shop.order());
		replies.add(shop.order());
		shop.heal();
		shop.fault("payments", "hang");
		replies.add(shop.order());
		shop.fault("payments", "none");
		replies.add(shop.post("/actuator/integrations/payments", "{\"position\": \"off\", \"reason\": \"test\"}"));
		replies.add(shop.order());
		replies.add(shop.post("/actuator/integrations/payments", "{\"position\": \"auto\", \"reason\": \"test\"}"));
		replies.add(shop.order());
		return replies.stream().map(ShopAotTests::text).toList();
	}

	// without what differs from start to start
	private static String text(Reply reply) {
		JsonNode body = reply.body().has("breaker") ? reply.body().path("switch").path("position") : reply.body();
		return "%d %s %s".formatted(reply.status(), reply.degraded(),
				body.toString().replaceAll("\"pay-[^\"]*\"", "\"pay-…\""));
	}

	@Test
	void guardsTheSame() {
		JsonNode expected = plain.driver().map().path("dependencies");
		JsonNode actual = processed.driver().map().path("dependencies");
		assertThat(actual.propertyNames()).hasSize(4).containsExactlyElementsOf(expected.propertyNames());
		for (String name : expected.propertyNames()) {
			for (String key : List.of("type", "description", "timeout", "fallback", "operations", "sources")) {
				assertThat(decided(actual.path(name).path(key))).as(name + "." + key)
					.isEqualTo(decided(expected.path(name).path(key)));
			}
		}
	}

	// not how often each shop was called
	private static JsonNode decided(JsonNode node) {
		node.forEach((each) -> {
			if (each instanceof ObjectNode operation) {
				operation.remove(List.of("calls", "errors"));
			}
		});
		return node;
	}

	@Test
	void theEmailsAreDurable() {
		ShopDriver shop = processed.driver();
		assertThat(shop.order("c1", "durable@example.org").status()).isEqualTo(201);
		await().until(() -> processed.log().contains("E-mail to \"durable@example.org\" received"));
		await().until(() -> shop.dependency("notifications").path("delivery").path("pending").asInt() == 0);
		assertThat(shop.dependency("notifications").path("delivery").path("durable").asBoolean()).isTrue();
	}

	@Test
	void theProxiesAreMadeAheadOfTime() {
		assertThat(Stream.of("Inventory", "Notification", "Payment", "Recommendation"))
			.allSatisfy((client) -> assertThat(generated
				.resolve("classes/dev/resilience/sample/shop/%sClient$$SpringCGLIB$$0.class".formatted(client)))
				.exists());
	}

}
