package dev.resilience.sample;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.boot.thread.Threading.VIRTUAL;

/**
 * The same shop, when virtual threads take the orders.
 */
@TestPropertySource(properties = "spring.threads.virtual.enabled=true")
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadsShopTests extends ShopTests {

	VirtualThreadsShopTests(@Autowired RestTestClient client) {
		super(client);
	}

	@Test
	void virtualThreadsAreOn(@Autowired Environment environment) {
		assertThat(VIRTUAL.isActive(environment)).isTrue();
	}

}
