package dev.resilience.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import dev.resilience.guard.ContextCarrier;
import dev.resilience.interceptor.MicrometerContextCarrier;
import io.micrometer.context.ThreadLocalAccessor;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

import org.springframework.context.i18n.LocaleContextThreadLocalAccessor;
import org.springframework.util.ClassUtils;
import org.springframework.web.context.request.RequestAttributesThreadLocalAccessor;

/**
 * Chooses the accessors of thread-locals that nobody else registers.
 */
final class ContextCarriers {

	private static final String REQUEST = "org.springframework.web.context.request.RequestAttributesThreadLocalAccessor";

	private ContextCarriers() {
	}

	static ContextCarrier create(@Nullable ClassLoader classLoader) {
		List<ThreadLocalAccessor<?>> accessors = new ArrayList<>();
		accessors.add(new Slf4jThreadLocalAccessor());
		accessors.add(new LocaleContextThreadLocalAccessor());
		if (ClassUtils.isPresent(REQUEST, classLoader)
				&& ClassUtils.isPresent("jakarta.servlet.ServletRequest", classLoader)) {
			return Servlet.create(accessors);
		}
		return new MicrometerContextCarrier(accessors, REQUEST);
	}

	// apart, because Spring Web may be absent
	private static final class Servlet {

		static ContextCarrier create(List<ThreadLocalAccessor<?>> accessors) {
			accessors.add(new RequestAttributesThreadLocalAccessor());
			return new MicrometerContextCarrier(accessors, RequestAttributesThreadLocalAccessor.KEY);
		}

	}

}
