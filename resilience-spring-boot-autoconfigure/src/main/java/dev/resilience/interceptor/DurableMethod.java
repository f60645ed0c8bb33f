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
		return new StoredWork(this, arguments, idempotencyKey);
	}

	/**
	 * A stored call. Its bean is looked for within the attempt: if that fails, the
	 * attempt has failed.
	 */
	private record StoredWork(DurableMethod method, @Nullable Object[] arguments,
			String idempotencyKey) implements Work {

		@Override
		public @Nullable Object attempt(boolean last) throws Throwable {
			Object bean = this.method.beans().getBean(this.method.beanName());
			return ReplayedInvocation.of(bean, this.method.spec().method(), this.arguments).proceed();
		}

	}

}
