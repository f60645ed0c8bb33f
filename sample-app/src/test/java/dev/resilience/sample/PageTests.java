package dev.resilience.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.resilience.sample.ShopDriver.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The page of the running shop in a real browser. Its screenshots go to
 * {@code target/screenshots}.
 */
@Timeout(240)
class PageTests {

	private static final String HOSTILE = "<img src=x onerror=alert(1)>";

	private static final List<int[]> SIZES = List.of(new int[] { 1440, 900 }, new int[] { 768, 1024 },
			new int[] { 375, 812 });

	private Browser browser;

	private ConfigurableApplicationContext application;

	private ShopDriver shop;

	private String page;

	private String origin;

	@BeforeEach
	void open() {
		this.browser = Browser.open();
	}

	@AfterEach
	void close() {
		this.browser.close();
		if (this.application != null) {
			this.application.close();
		}
	}

	private void start(String... properties) {
		Map<String, Object> all = new HashMap<>(Map.of("server.port", "0", "spring.main.banner-mode", "off"));
		for (String property : properties) {
			int end = property.lastIndexOf('=');
			all.put(property.substring(0, end), property.substring(end + 1));
		}
		this.application = new SpringApplicationBuilder(ShopApplication.class).profiles("fast")
			.initializers((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(new MapPropertySource("test", all)))
			.run();
		String prefix = this.application.getEnvironment().getProperty("server.servlet.context-path", "");
		String server = "http://localhost:" + property("local.server.port") + prefix;
		this.shop = new ShopDriver(RestTestClient.bindToServer().baseUrl(server).build());
		boolean apart = !property("local.management.port").equals(property("local.server.port"));
		this.origin = "http://localhost:" + property("local.management.port");
		this.page = this.origin + (apart ? "/ops" : prefix) + (apart ? "/actuator/map" : "/actuator/integrations");
		this.browser.look(this.page);
	}

	private String property(String name) {
		return this.application.getEnvironment().getRequiredProperty(name);
	}

	@Test
	void aBrokenPartnerIsSeenWithinThreeSeconds() {
		start();
		this.shop.order();
		await().until(() -> "UP".equals(this.browser.said("payments", "status")));
		this.shop.fault("payments", "error");
		await().until(() -> {
			this.shop.order();
			return this.shop.dependency("payments").path("status").asString().equals("DOWN");
		});
		await().atMost(Duration.ofSeconds(3)).until(() -> "DOWN".equals(this.browser.said("payments", "status")));
		assertThat(this.browser.node("payments").getText()).contains("DOWN");
		await().until(() -> this.browser.find("#incident").isDisplayed());
		assertThat(this.browser.find("#incident").getText()).contains("payments");
		this.browser.complainsAboutNothing();
		this.browser.askedOnly(this.origin);
	}

	@Test
	void theSwitchIsThrownWithTheKeyboardAndOrdersGoStraightToTheFallback() {
		start();
		assertThat(this.shop.order().degraded()).isFalse();
		this.browser.tabTo("[data-dependency='recommendations']");
		this.browser.press(Keys.ENTER);
		await().until(() -> this.browser.find("#details").isDisplayed());
		assertThat(this.browser.script("return document.getElementById('details').contains(document.activeElement)"))
			.isEqualTo(true);
		this.browser.tabTo("#switch-form [name='position']");
		this.browser.press(Keys.ARROW_RIGHT);
		this.browser.tabTo("#switch-form [name='reason']");
		this.browser.press("they are being moved");
		this.browser.press(Keys.ENTER);
		await().until(() -> "OFF".equals(this.browser.said("recommendations", "switch")));
		assertThat(this.shop.dependency("recommendations").path("switch").path("reason").asString())
			.isEqualTo("they are being moved");
		long requests = this.shop.requests("recommendations");
		Reply order = this.shop.order();
		assertThat(order.status()).isEqualTo(201);
		assertThat(order.degraded()).isTrue();
		assertThat(this.shop.requests("recommendations")).isEqualTo(requests);
		this.browser.press(Keys.ESCAPE);
		await().until(() -> !this.browser.find("#details").isDisplayed());
		assertThat(this.browser.focused().getAttribute("data-dependency")).isEqualTo("recommendations");
		this.browser.complainsAboutNothing();
	}

	@Test
	void nothingIsRedrawnThatIsTheSame() {
		start();
		WebElement node = this.browser.node("payments");
		node.click();
		await().until(() -> this.browser.has("#switch-form [name='reason']"));
		WebElement reason = this.browser.find("#switch-form [name='reason']");
		reason.sendKeys("half a sen");
		this.shop.order();
		await().until(() -> "UP".equals(this.browser.said("payments", "status")));
		assertThat(node.isDisplayed()).isTrue();
		assertThat(reason.getAttribute("value")).isEqualTo("half a sen");
		assertThat(this.browser.focused()).isEqualTo(reason);
	}

	@Test
	void everybodyCanReadIt() {
		start();
		this.shop.order();
		await().until(() -> "UP".equals(this.browser.said("payments", "status")));
		isReadable("healthy");
		this.shop.fault("payments", "error");
		this.shop.fault("inventory", "refuse");
		await().until(() -> {
			this.shop.order();
			return this.shop.dependency("inventory").path("failing").asBoolean();
		});
		await().until(() -> "DOWN".equals(this.browser.said("inventory", "status")));
		await().until(() -> this.browser.find("#incident").isDisplayed());
		isReadable("incident");
		this.browser.resize(1440, 900, false);
		this.browser.node("inventory").click();
		await().until(() -> this.browser.find("#details").isDisplayed());
		await().until(() -> this.browser.has("#details canvas"));
		isReadable("details");
		this.browser.complainsAboutNothing();
		this.browser.askedOnly(this.origin);
	}

	private void isReadable(String what) {
		for (int[] size : SIZES) {
			for (boolean dark : new boolean[] { false, true }) {
				this.browser.resize(size[0], size[1], dark);
				String name = what + "-" + size[0] + (dark ? "-dark" : "-light");
				assertThat(this.browser.inaccessible()).as(name).isEmpty();
				assertThat(this.browser.script("return document.documentElement.scrollWidth <= innerWidth")).as(name)
					.isEqualTo(true);
				this.browser.screenshot(name);
			}
		}
	}

	@Test
	void whoMayOnlyReadSeesNoSwitch() {
		start("management.endpoint.integrations.access=read-only");
		this.browser.node("payments").click();
		await().until(() -> this.browser.find("#details").isDisplayed());
		await().until(() -> this.browser.find("#details").getText().contains("AUTO"));
		assertThat(this.browser.has("#switch-form")).isFalse();
	}

	@Test
	void namesDoNotExecute() {
		start("resilience.dependencies.[" + HOSTILE + "].type=optional",
				"resilience.dependencies.[" + HOSTILE + "].description=<script>alert(1)</script>");
		WebElement node = this.browser.nodes()
			.stream()
			.filter((each) -> HOSTILE.equals(each.getAttribute("data-dependency")))
			.findFirst()
			.orElseThrow();
		assertThat(node.getText()).contains(HOSTILE);
		node.click();
		await().until(() -> this.browser.find("#details").getText().contains(HOSTILE));
		assertThat(this.browser.has("img")).isFalse();
		this.browser.complainsAboutNothing();
	}

	@Test
	void itWorksBehindAPathAndOnAPortOfItsOwn() {
		start("server.servlet.context-path=/shop", "management.server.port=0",
				"management.endpoints.web.path-mapping.integrations=map", "management.server.base-path=/ops");
		assertThat(this.browser.nodes()).hasSize(4);
		this.browser.complainsAboutNothing();
	}

	@Test
	void itWorksBehindAPath() {
		start("server.servlet.context-path=/shop");
		assertThat(this.browser.nodes()).hasSize(4);
		this.browser.complainsAboutNothing();
	}

	@Test
	void itSaysWhenTheApplicationStopsAnswering() {
		start();
		assertThat(this.browser.find("#stale").isDisplayed()).isFalse();
		this.application.close();
		await().atMost(Duration.ofSeconds(20)).until(() -> this.browser.find("#stale").isDisplayed());
		assertThat(this.browser.find("#stale").getText()).contains("does not answer");
		assertThat(this.browser.nodes()).hasSize(4);
	}

	@Test
	void twoHundredDependenciesStayReadable() {
		List<String> many = new ArrayList<>();
		for (int i = 0; i < 196; i++) {
			many.add("resilience.dependencies.partner-" + i + ".type="
					+ List.of("critical", "degraded", "optional").get(i % 3));
		}
		start(many.toArray(String[]::new));
		assertThat(this.browser.nodes()).hasSize(200);
		this.browser.find("#filter").sendKeys("partner-77");
		await().until(() -> this.browser.nodes().stream().filter(WebElement::isDisplayed).count() == 1);
		this.browser.find("#filter").clear();
		isReadable("many");
	}

	/** Takes three minutes: what is usual has to be known before something deviates. */
	@Test
	@EnabledIfSystemProperty(named = "page.pictures", matches = "true")
	void picturesForTheReadme() {
		start("resilience.dependencies.payments.availability=99.9%",
				"resilience.dependencies.inventory.availability=99.95%",
				"resilience.dependencies.payments.breaker.window=20s",
				"resilience.dependencies.inventory.breaker.window=20s");
		ScheduledExecutorService customers = Executors.newScheduledThreadPool(8);
		try {
			customers.scheduleAtFixedRate(() -> customers.execute(this.shop::order), 0, 80, TimeUnit.MILLISECONDS);
			await().during(Duration.ofSeconds(130)).atMost(Duration.ofSeconds(140)).until(() -> true);
			this.browser.resize(1440, 720, false);
			this.browser.screenshot("readme-healthy");
			this.shop.fault("inventory", "slow");
			await().atMost(Duration.ofSeconds(60)).until(() -> this.browser.find("#incident").isDisplayed());
			await().during(Duration.ofSeconds(15)).atMost(Duration.ofSeconds(20)).until(() -> true);
			this.browser.screenshot("readme-incident");
			this.browser.node("inventory").click();
			await().until(() -> this.browser.has("#details canvas"));
			this.browser.resize(1440, 1400, false);
			this.browser.screenshot("readme-details");
		}
		finally {
			customers.shutdownNow();
		}
	}

}
