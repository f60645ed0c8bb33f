package dev.resilience.interceptor;

import java.util.List;

import dev.resilience.guard.DurableCalls;
import dev.resilience.guard.Work;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;

/**
 * A method whose calls are stored before they are made.
 *
 * @param spec the method
 * @param name under which they are stored
 * @param parameters its parameters
 * @param deliveryKey puts them in order, {@code null} for no order
 * @param beanName the bean on which they are made
 * @param beans where it is found
 */
record DurableMethod(DependencySpec spec, String name, List<Parameter> parameters, @Nullable DeliveryKey deliveryKey,
		String beanName, BeanFactory beans) implements DurableCalls {

	@Override
	public String dependency() {
		return this.spec.name();
	}

	@Override
	public @Nullable String key(@Nullable Object[] arguments) {
		return (this.deliveryKey != null) ? this.deliveryKey.of(arguments) : null;
	}

	@Override
	public Work work(@Nullable Object[] arguments, String idempotencyKey) {
		try {
			return new KeyedWork(
					ReplayedInvocation.of(this.beans.getBean(this.beanName), this.spec.method(), arguments),
					idempotencyKey);
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new IllegalStateException("The target of " + this.spec.signature() + " cannot be reached", ex);
		}
	}

}
