package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import dev.resilience.Dependency;
import dev.resilience.DependencyCall;
import dev.resilience.DependencyUnavailableException;
import dev.resilience.registry.DependencyMapReader;
import dev.resilience.signal.CallEvent;
import dev.resilience.signal.CallListener;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.aspectj.lang.ProceedingJoinPoint;
import org.aspectj.lang.annotation.Around;
import org.aspectj.lang.annotation.Aspect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;

import org.springframework.aop.Advisor;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanDefinitionCustomizer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.interceptor.MatchAlwaysTransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionInterceptor;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static dev.resilience.DependencyType.OPTIONAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Calls that proxies do not see, guarded by the aspect; and that no call is guarded
 * twice.
 */
@ExtendWith(LoadTimeWeaving.class)
class WeavingTests {

	private final Events events = new Events();

	@Test
	void guardsACallOfItself() {
		woven(Client.class).run((context) -> {
			assertThat(client(context).place(() -> "a")).isEqualTo("a within payments");
			assertThat(this.events.of("payments")).hasSize(1);
		});
	}

	@Test
	void guardsACallThroughTheProxyOnce() {
		woven(Client.class).run((context) -> {
			assertThat(AopUtils.isAopProxy(client(context))).isTrue();
			assertThat(client(context).charge(() -> "a")).isEqualTo("a within payments");
			assertThat(this.events.of("payments")).hasSize(1);
		});
	}

	@Test
	void guardsPrivateMethods() {
		woven(Client.class).run((context) -> {
			assertThat(client(context).placePrivately(() -> "a")).isEqualTo("a within private");
			assertThat(this.events.of("private")).hasSize(1);
		});
	}

	@Test
	void guardsFinalMethodsOnTheObjectBehindTheProxy() {
		woven(Client.class).run((context) -> {
			assertThat(client(context).chargeFinally()).isEqualTo("state within final");
			assertThat(client(context).placeFinally()).isEqualTo("state within final");
			assertThat(this.events.of("final")).hasSize(2);
		});
	}

	@Test
	void repeatsOnWorkersWithOneCall() {
		woven(Client.class).withPropertyValues("resilience.types.critical.isolation=thread").run((context) -> {
			Thread caller = Thread.currentThread();
			for (boolean direct : new boolean[] { false, true }) {
				OtherAspect.calls.set(0);
				AtomicInteger attempts = new AtomicInteger();
				Supplier<String> work = () -> {
					assertThat(Thread.currentThread()).isNotSameAs(caller);
					assertThat(DependencyCall.current().orElseThrow().attempt()).isEqualTo(attempts.incrementAndGet());
					if (attempts.get() < 3) {
						throw new IllegalStateException("again");
					}
					return "done";
				};
				String result = direct ? client(context).charge(work) : client(context).place(work);
				assertThat(result).isEqualTo("done within payments");
				assertThat(attempts).hasValue(3);
				assertThat(OtherAspect.calls).as("advice within ours").hasValue(3);
			}
			assertThat(this.events.of("payments")).hasSize(2);
		});
	}

	@Test
	void anAttemptThatWasAbandonedDoesNotDisturbTheNext() {
		woven(Client.class)
			.withPropertyValues("resilience.types.critical.isolation=thread",
					"resilience.dependencies.payments.attempt-timeout=300ms")
			.run((context) -> {
				CountDownLatch released = new CountDownLatch(1);
				AtomicInteger attempts = new AtomicInteger();
				OtherAspect.calls.set(0);
				String result = client(context).place(() -> {
					if (attempts.incrementAndGet() == 1) {
						awaitIgnoringInterrupts(released);
					}
					return "done";
				});
				assertThat(result).isEqualTo("done within payments");
				assertThat(OtherAspect.calls).hasValueGreaterThan(1).hasValue(attempts.get());
				released.countDown();
				assertThat(this.events.of("payments")).hasSize(1);
			});
	}

	@Test
	void adviceInBetweenMayRepeatTheCallAndChangeTheThread() {
		MethodInterceptor repeating = (invocation) -> {
			((ProxyMethodInvocation) invocation).invocableClone().proceed();
			return CompletableFuture.supplyAsync(() -> proceed(((ProxyMethodInvocation) invocation).invocableClone()))
				.join();
		};
		AtomicInteger bodies = new AtomicInteger();
		woven(Client.class).withBean("between", Advisor.class, () -> advisor("charge", repeating), infrastructure())
			.run((context) -> {
				client(context).charge(() -> "a" + bodies.incrementAndGet());
				assertThat(bodies).hasValue(2);
				assertThat(this.events.of("payments")).hasSize(1);
			});
	}

	@Test
	void transactionsAreWithinTheCall() {
		AtomicInteger commits = new AtomicInteger();
		TransactionInterceptor transactions = new TransactionInterceptor(
				(TransactionManager) new CountingTransactions(commits), new MatchAlwaysTransactionAttributeSource());
		woven(Client.class)
			.withBean("transactional", Advisor.class, () -> advisor("charge", transactions), infrastructure())
			.run((context) -> {
				AtomicInteger attempts = new AtomicInteger();
				client(context).charge(() -> {
					assertThat(TransactionSynchronizationManager.isActualTransactionActive()).isTrue();
					if (attempts.incrementAndGet() == 1) {
						throw new IllegalStateException();
					}
					return "a";
				});
				assertThat(attempts).hasValue(2);
				assertThat(commits).hasValue(1);
				assertThat(this.events.of("payments")).hasSize(1);
			});
	}

	@Test
	void aCacheThatAnswersLeavesNoTrace() {
		woven(Client.class)
			.withBean("cache", Advisor.class, () -> advisor("charge", (invocation) -> "cached"), infrastructure())
			.withPropertyValues("resilience.types.critical.isolation=caller")
			.run((context) -> {
				assertThat(client(context).charge(() -> "a")).isEqualTo("cached");
				assertThat(this.events.of("payments")).hasSize(1);
				assertThat(client(context).place(() -> "b")).isEqualTo("b within payments");
				assertThat(this.events.of("payments")).hasSize(2);
			});
	}

	@Test
	void aCallLeavesNoTrace() {
		woven(Client.class)
			.withPropertyValues("resilience.types.critical.isolation=caller",
					"resilience.types.critical.retry.max-attempts=1")
			.run((context) -> {
				assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> client(context).charge(() -> {
					throw new IllegalStateException();
				}));
				for (int i = 2; i < 4; i++) {
					// the same method of the same object on the same thread
					assertThat(client(context).place(() -> "a")).isEqualTo("a within payments");
					assertThat(this.events.of("payments")).hasSize(i);
				}
				assertThat(Passage.current()).isNull();
			});
	}

	@Test
	void aPassageLeadsIntoOneMethodOfOneObjectOnce() throws Throwable {
		Object target = new Object();
		Method method = Object.class.getMethod("toString");
		Passage passage = new Passage(null, target, method, false);
		assertThat(passage.leadsTo(target, method)).isTrue();
		assertThat(passage.leadsTo(new Object(), method)).isFalse();
		assertThat(passage.leadsTo(target, Object.class.getMethod("hashCode"))).isFalse();
		passage.enter(() -> assertThat(Passage.current().leadsTo(target, method)).isFalse());
	}

	@Test
	void guardsEachRoundOfARecursion() {
		woven(Client.class).withPropertyValues("resilience.types.critical.isolation=caller").run((context) -> {
			assertThat(client(context).countDown(3)).isZero();
			assertThat(this.events.of("recursion")).hasSize(4);
		});
		woven(Client.class).withPropertyValues("resilience.types.critical.isolation=thread").run((context) -> {
			assertThat(client(context).countDown(3)).isZero();
			assertThat(this.events.of("recursion")).hasSize(8);
		});
	}

	@Test
	void otherObjectsOfTheClassAreGuardedThemselves() {
		woven(Client.class).withBean("other", Client.class, Client::new)
			.withPropertyValues("resilience.types.critical.isolation=caller")
			.run((context) -> {
				Client first = context.getBean("client", Client.class);
				Client other = context.getBean("other", Client.class);
				assertThat(first.charge(() -> other.charge(() -> first.place(() -> "a")))).startsWith("a within");
				assertThat(this.events.of("payments")).hasSize(3);
			});
	}

	@Test
	void theBreakerIsTheSame() {
		woven(Client.class)
			.withPropertyValues("resilience.types.critical.breaker.window=4",
					"resilience.types.critical.breaker.min-calls=4", "resilience.types.critical.retry.max-attempts=1")
			.run((context) -> {
				Supplier<String> failing = () -> {
					throw new IllegalStateException();
				};
				for (int i = 0; i < 2; i++) {
					assertThatExceptionOfType(IllegalStateException.class)
						.isThrownBy(() -> client(context).place(failing));
					assertThatExceptionOfType(IllegalStateException.class)
						.isThrownBy(() -> client(context).charge(failing));
				}
				assertThatExceptionOfType(DependencyUnavailableException.class)
					.isThrownBy(() -> client(context).charge(() -> "a"));
				assertThatExceptionOfType(DependencyUnavailableException.class)
					.isThrownBy(() -> client(context).place(() -> "a"));
			});
	}

	@Test
	void futuresAndPublishersAreGuardedUntilTheirEnd() {
		woven(Client.class).run((context) -> {
			CompletableFuture<String> future = new CompletableFuture<>();
			CompletableFuture<String> guarded = client(context).placeLater(future);
			assertThat(this.events.of("later")).isEmpty();
			future.complete("a");
			assertThat(guarded.get(10, TimeUnit.SECONDS)).isEqualTo("a");
			assertThat(this.events.of("later")).hasSize(1);

			AtomicInteger subscriptions = new AtomicInteger();
			Mono<String> mono = client(context).placeReactively(subscriptions);
			assertThat(subscriptions).hasValue(0);
			assertThat(mono.block()).isEqualTo("3");
			assertThat(this.events.of("reactive")).hasSize(1);
		});
	}

	@Test
	void anOptionalCallOfItselfDoesNotKeepItsCaller() {
		woven(Client.class).run((context) -> {
			CountDownLatch caller = new CountDownLatch(1);
			CountDownLatch ended = new CountDownLatch(1);
			client(context).placeOptionally(caller, ended);
			caller.countDown();
			assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
		});
	}

	@Test
	void aFallbackIsGuardedLikeAnybodyElse() {
		woven(Client.class).run((context) -> {
			assertThat(client(context).price()).isEqualTo("b within payments");
			assertThat(this.events.of("prices")).hasSize(1);
			assertThat(this.events.of("payments")).hasSize(1);
		});
	}

	@Test
	void theMethodThatIsOverriddenIsGuardedWithTheOneThatOverridesIt() {
		woven(SubClient.class).run((context) -> {
			assertThat(context.getBean(SubClient.class).placeInSub(() -> "a")).isEqualTo("a within payments, sub");
			assertThat(context.getBean(SubClient.class).charge(() -> "a")).isEqualTo("a within payments, sub");
			assertThat(this.events.of("payments")).hasSize(2);
		});
	}

	@Test
	void publicMethodsOfAnAnnotatedClass() {
		woven(OnType.class).run((context) -> {
			assertThat(context.getBean(OnType.class).place()).isEqualTo("on-type");
			assertThat(this.events.of("on-type")).hasSize(1);
		});
	}

	@Test
	void objectsThatAreNoBeansAreGuarded() {
		woven(Client.class).run((context) -> {
			assertThat(new Client().charge(() -> "a")).isEqualTo("a within payments");
			assertThat(new Partner().call()).isEqualTo("partner");
			assertThat(this.events.of("payments")).hasSize(1);
			assertThat(this.events.of("partner")).hasSize(1);
		});
	}

	@Test
	void eachContextGuardsItsOwn() {
		Events others = new Events();
		woven(Client.class).run((first) -> runner(others, Client.class).run((second) -> {
			assertThat(client(first).place(() -> "a")).isEqualTo("a within payments");
			assertThat(this.events.of("payments")).hasSize(1);
			assertThat(client(second).place(() -> "a")).startsWith("a within payments");
			assertThat(others.of("payments")).hasSize(1);
		}));
		assertThat(new Client().charge(() -> "a")).isEqualTo("a within nothing");
	}

	@Test
	void aContextThatDoesNotStartLeavesNothingBehind() {
		woven(Client.class, Static.class).run((context) -> assertThat(context).hasFailed());
		assertThat(new Client().charge(() -> "a")).isEqualTo("a within nothing");
	}

	@Test
	void startupHasNothingToSayOfWovenMethods() {
		woven(Client.class, SubClient.class, OnType.class).withPropertyValues("resilience.self-invocation=fail")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void startupTellsOfCallsOfOverriddenMethods() {
		assertThat(Guarded.refusal(woven(CallingSuper.class).withPropertyValues("resilience.self-invocation=fail")))
			.contains("CallingSuper.place(WeavingTests.java:")
			.containsOnlyOnce("UNGUARDED");
	}

	@Test
	void startupRefusesWhatIsNotWoven() {
		assertThat(Guarded.refusal(woven(RefusedMethodTests.Private.class))).contains("it is private");
		assertThat(Guarded.refusal(woven(RefusedMethodTests.Final.class))).contains("it is final");
		assertThat(Guarded.refusal(woven(Static.class))).contains("it is static");
		assertThat(Guarded.refusal(woven(FinalOfInterface.class))).contains("it is final");
		assertThat(Guarded.refusal(woven(SelfCallTests.Plain.class, OfInterface.class)
			.withPropertyValues("resilience.self-invocation=fail"))).contains("Plain.place", "OfInterface.place");
	}

	@Test
	void suspendingFunctionsAreGuardedByProxiesOnly() {
		woven(SelfCalling.class).run((context) -> {
			SelfCalling client = context.getBean(SelfCalling.class);
			assertThat(SelfCalling.later(client)).containsExactly("later", "nothing");
			assertThat(this.events.of("later")).hasSize(1);
			assertThat(client.withDefault()).isEqualTo("b within payments");
			assertThat(this.events.of("payments")).hasSize(1);
		});
		assertThat(Guarded.refusal(woven(SelfCalling.class).withPropertyValues("resilience.self-invocation=fail")))
			.contains("SelfCalling.suspended(")
			.containsOnlyOnce("UNGUARDED");
		assertThat(Guarded.refusal(woven(PrivateSuspending.class))).contains("it is private");
	}

	@Test
	void needsNoProxies() {
		woven(OnType.class).withPropertyValues("spring.aop.auto=false").run((context) -> {
			assertThat(AopUtils.isAopProxy(context.getBean(OnType.class))).isFalse();
			assertThat(context.getBean(OnType.class).call()).isEqualTo("on-type");
			assertThat(context.getBean(DependencyMapReader.class).read().dependencies().get("on-type").warnings())
				.isEmpty();
		});
	}

	@Test
	void theAspectDoesNothingWithoutTheProperty() {
		ApplicationContextRunner runner = Guarded.runner().withBean(CallListener.Factory.class, () -> this.events);
		runner.withBean("client", OnType.class).run((context) -> {
			assertThat(context.getBean(OnType.class).place()).isEqualTo("nothing");
			assertThat(context.getBean(OnType.class).call()).isEqualTo("on-type");
			assertThat(this.events.of("on-type")).hasSize(1);
		});
		assertThat(Guarded.refusal(runner.withBean("client", Client.class))).contains("cannot be intercepted");
	}

	private ApplicationContextRunner woven(Class<?>... beans) {
		return runner(this.events, beans);
	}

	private static ApplicationContextRunner runner(Events events, Class<?>... beans) {
		ApplicationContextRunner runner = Guarded.runner()
			.withBean(CallListener.Factory.class, () -> events)
			.withPropertyValues("resilience.weaving=aspectj", "resilience.types.critical.retry.backoff.initial=0ms");
		for (Class<?> bean : beans) {
			runner = runner.withBean(bean.getSimpleName().toLowerCase(Locale.ROOT), bean);
		}
		return runner;
	}

	private static Client client(ApplicationContext context) {
		return context.getBean("client", Client.class);
	}

	private static Advisor advisor(String method, MethodInterceptor advice) {
		NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
		pointcut.setMappedName(method);
		DefaultPointcutAdvisor advisor = new DefaultPointcutAdvisor(pointcut, advice);
		advisor.setOrder(Dependency.ADVISOR_ORDER + 1);
		return advisor;
	}

	private static BeanDefinitionCustomizer infrastructure() {
		return (definition) -> definition.setRole(BeanDefinition.ROLE_INFRASTRUCTURE);
	}

	private static Object proceed(MethodInvocation invocation) {
		try {
			return invocation.proceed();
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void awaitIgnoringInterrupts(CountDownLatch latch) {
		while (true) {
			try {
				latch.await();
				return;
			}
			catch (InterruptedException ex) {
				// like a blocked socket
			}
		}
	}

	private static String within() {
		return DependencyCall.current().map(DependencyCall::name).orElse("nothing");
	}

	static class Client {

		private final String state = "state".strip();

		String place(Supplier<String> work) {
			return charge(work);
		}

		@Dependency(name = "payments", type = CRITICAL, idempotent = true)
		public String charge(Supplier<String> work) {
			return work.get() + " within " + within();
		}

		String placePrivately(Supplier<String> work) {
			return chargePrivately(work);
		}

		@Dependency(name = "private", type = CRITICAL)
		private String chargePrivately(Supplier<String> work) {
			return work.get() + " within " + within();
		}

		String placeFinally() {
			return chargeFinally();
		}

		@Dependency(name = "final", type = CRITICAL)
		final String chargeFinally() {
			return this.state + " within " + within();
		}

		@Dependency(name = "recursion", type = CRITICAL)
		public int countDown(int number) {
			assertThat(DependencyCall.current()).isPresent();
			return (number > 0) ? countDown(number - 1) : 0;
		}

		CompletableFuture<String> placeLater(CompletableFuture<String> future) {
			return later(future);
		}

		@Dependency(name = "later", type = CRITICAL)
		public CompletableFuture<String> later(CompletableFuture<String> future) {
			return future;
		}

		Mono<String> placeReactively(AtomicInteger subscriptions) {
			return reactively(subscriptions);
		}

		@Dependency(name = "reactive", type = CRITICAL, idempotent = true)
		Mono<String> reactively(AtomicInteger subscriptions) {
			return (subscriptions.incrementAndGet() < 3) ? Mono.error(new IllegalStateException())
					: Mono.just("" + subscriptions.get());
		}

		void placeOptionally(CountDownLatch caller, CountDownLatch ended) {
			optionally(caller, ended);
		}

		@Dependency(name = "optional", type = OPTIONAL)
		private void optionally(CountDownLatch caller, CountDownLatch ended) {
			awaitIgnoringInterrupts(caller);
			ended.countDown();
		}

		@Dependency(name = "prices", type = DEGRADED, fallback = "otherPrice")
		public String price() {
			throw new IllegalStateException();
		}

		private String otherPrice() {
			return charge(() -> "b");
		}

	}

	static class SubClient extends Client {

		@Override
		@Dependency(name = "payments", type = CRITICAL)
		public String charge(Supplier<String> work) {
			return super.charge(work) + ", sub";
		}

		String placeInSub(Supplier<String> work) {
			return charge(work);
		}

	}

	static class CallingSuper extends Partner {

		void place() {
			call();
			super.call();
		}

		@Override
		@Dependency(name = "partner", type = CRITICAL)
		String call() {
			return super.call();
		}

	}

	@Dependency(type = CRITICAL)
	static class OnType {

		String place() {
			return call();
		}

		public String call() {
			return within();
		}

	}

	static class Partner {

		@Dependency(name = "partner", type = CRITICAL)
		String call() {
			return within();
		}

	}

	static class Static {

		@Dependency(name = "payments", type = CRITICAL)
		static void charge() {
		}

	}

	interface Chargeable {

		@Dependency(name = "payments", type = CRITICAL)
		void charge();

	}

	static class OfInterface implements Chargeable {

		void place() {
			charge();
		}

		@Override
		public void charge() {
		}

	}

	static class FinalOfInterface implements Chargeable {

		@Override
		public final void charge() {
			OtherAspect.calls.get();
		}

	}

	/** Surrounds what ours surrounds too, and more. */
	@Aspect
	public static class OtherAspect {

		static final AtomicInteger calls = new AtomicInteger();

		@Around(value = "execution(* dev.resilience.interceptor.WeavingTests.*.charge(..)) && !within(org.springframework.aop.SpringProxy+)",
				argNames = "call")
		public Object count(ProceedingJoinPoint call) throws Throwable {
			calls.incrementAndGet();
			return call.proceed();
		}

	}

	static final class CountingTransactions extends AbstractPlatformTransactionManager {

		private final AtomicInteger commits;

		CountingTransactions(AtomicInteger commits) {
			this.commits = commits;
		}

		@Override
		protected Object doGetTransaction() {
			return new Object();
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
			this.commits.incrementAndGet();
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
		}

	}

	static final class Events implements CallListener.Factory {

		private final Map<String, List<CallEvent>> events = new ConcurrentHashMap<>();

		List<CallEvent> of(String dependency) {
			return this.events.getOrDefault(dependency, List.of());
		}

		@Override
		public CallListener create(String dependency) {
			return this.events.computeIfAbsent(dependency, (key) -> new CopyOnWriteArrayList<>())::add;
		}

	}

}
