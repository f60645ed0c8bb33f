package dev.resilience.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;

import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A real browser that looks at the page.
 */
final class Browser implements AutoCloseable {

	private final ChromeDriver driver;

	private Browser(ChromeDriver driver) {
		this.driver = driver;
	}

	static Browser open() {
		InstalledTool chromium = InstalledTool.named("chromium");
		InstalledTool driver = InstalledTool.named("chromedriver");
		ChromeOptions options = new ChromeOptions();
		options.setBinary(chromium.path().toFile());
		options.addArguments("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars");
		LoggingPreferences logs = new LoggingPreferences();
		logs.enable(LogType.BROWSER, Level.ALL);
		logs.enable(LogType.PERFORMANCE, Level.ALL);
		options.setCapability("goog:loggingPrefs", logs);
		return new Browser(new ChromeDriver(
				new ChromeDriverService.Builder().usingDriverExecutable(driver.path().toFile()).build(), options));
	}

	void look(String url) {
		this.driver.get(url);
		await().atMost(Duration.ofSeconds(20)).until(() -> !nodes().isEmpty());
	}

	void resize(int width, int height, boolean dark) {
		this.driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 500));
		this.driver.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
	}

	List<WebElement> nodes() {
		return this.driver.findElements(By.cssSelector("[data-dependency]"));
	}

	WebElement find(String css) {
		return this.driver.findElement(By.cssSelector(css));
	}

	boolean has(String css) {
		return !this.driver.findElements(By.cssSelector(css)).isEmpty();
	}

	WebElement node(String dependency) {
		return find("#map [data-dependency='" + dependency + "']");
	}

	/** What is said about a dependency, {@code null} while it is redrawn. */
	String said(String dependency, String what) {
		try {
			return node(dependency).getAttribute("data-" + what);
		}
		catch (StaleElementReferenceException ex) {
			return null;
		}
	}

	WebElement focused() {
		return this.driver.switchTo().activeElement();
	}

	void press(CharSequence... keys) {
		new Actions(this.driver).sendKeys(keys).perform();
	}

	/** Walk with the tab key until something is focused. */
	void tabTo(String css) {
		for (int i = 0; i < 100; i++) {
			if (Boolean.TRUE.equals(script("return document.activeElement.matches(arguments[0])", css))) {
				return;
			}
			press(Keys.TAB);
		}
		throw new AssertionError("Never reached: " + css);
	}

	Object script(String script, Object... arguments) {
		return this.driver.executeScript(script, arguments);
	}

	void screenshot(String name) {
		try {
			Path folder = Files.createDirectories(Path.of("target/screenshots"));
			Files.write(folder.resolve(name + ".png"), this.driver.getScreenshotAs(OutputType.BYTES));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** What axe-core finds wrong. */
	List<?> inaccessible() {
		try {
			script(new ClassPathResource("axe-core/axe.min.js").getContentAsString(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return (List<?>) this.driver.executeAsyncScript(
				"""
						const done = arguments[arguments.length - 1];
						axe.run().then((found) => done(found.violations.map((each) =>
							each.id + ': ' + each.nodes.map((node) => node.html).join(' | '))), (error) => done([String(error)]));
						""");
	}

	void complainsAboutNothing() {
		assertThat(this.driver.manage().logs().get(LogType.BROWSER).getAll())
			.filteredOn((entry) -> entry.getLevel().intValue() >= Level.WARNING.intValue())
			.extracting(LogEntry::getMessage)
			.isEmpty();
	}

	/** Everything that it has asked for came from one place. */
	void askedOnly(String origin) {
		List<String> asked = this.driver.manage()
			.logs()
			.get(LogType.PERFORMANCE)
			.getAll()
			.stream()
			.map((entry) -> JsonMapper.shared().readTree(entry.getMessage()).path("message"))
			.filter((message) -> message.path("method").asString().equals("Network.requestWillBeSent"))
			.map((message) -> url(message.path("params")))
			.filter((url) -> !url.startsWith("data:"))
			.toList();
		assertThat(asked).isNotEmpty().allMatch((url) -> url.startsWith(origin + "/"));
	}

	private static String url(JsonNode request) {
		return request.path("request").path("url").asString();
	}

	@Override
	public void close() {
		this.driver.quit();
	}

}
