package dev.resilience.sample.partner;

import java.util.HashMap;
import java.util.Map;

import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * Starts the partners before the context, so that their URLs are known as
 * {@code partners.<name>.url} when the configuration is read; stops them after everything
 * else in the context has ended.
 */
class PartnersInitializer implements ApplicationContextInitializer<GenericApplicationContext> {

	@Override
	public void initialize(GenericApplicationContext context) {
		Partners partners = new Partners();
		context.getDefaultListableBeanFactory().registerSingleton("partners", partners);
		context.getDefaultListableBeanFactory().registerDisposableBean("partners", partners::close);
		Map<String, Object> urls = new HashMap<>();
		partners.byName().forEach((name, partner) -> urls.put("partners.%s.url".formatted(name), partner.uri()));
		context.getEnvironment().getPropertySources().addLast(new MapPropertySource("partners", urls));
	}

}
