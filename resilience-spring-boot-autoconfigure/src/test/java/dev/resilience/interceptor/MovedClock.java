package dev.resilience.interceptor;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import dev.resilience.guard.Environment;

import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.util.ReflectionUtils;

/**
 * Puts a clock into a context that can be moved forward.
 */
class MovedClock implements BeanPostProcessor, LongSupplier {

	private final AtomicLong moved = new AtomicLong();

	@Override
	public long getAsLong() {
		return System.nanoTime() + this.moved.get();
	}

	void move(Duration time) {
		this.moved.addAndGet(time.toNanos());
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String name) {
		return (bean instanceof Environment environment) ? withClock(environment) : bean;
	}

	private Environment withClock(Environment environment) {
		RecordComponent[] components = Environment.class.getRecordComponents();
		Object[] values = Arrays.stream(components)
			.map((component) -> component.getName().equals("clock") ? this
					: ReflectionUtils.invokeMethod(component.getAccessor(), environment))
			.toArray();
		return BeanUtils.instantiateClass(BeanUtils.getResolvableConstructor(Environment.class), values);
	}

}
