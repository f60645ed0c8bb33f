package dev.resilience.interceptor;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import dev.resilience.Dependency;
import jakarta.annotation.PostConstruct;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.ClassWriter;
import org.springframework.asm.Handle;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.asm.Type;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.test.util.ReflectionTestUtils;

import static dev.resilience.DependencyType.CRITICAL;
import static dev.resilience.DependencyType.DEGRADED;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which calls of a bean's own guarded methods are told at startup, and how.
 */
@ExtendWith(OutputCaptureExtension.class)
class SelfCallTests {

	private static final String HERE = SelfCallTests.class.getName() + "$";

	@Test
	void aWarningTellsClassLineAndMethod(CapturedOutput output) {
		Guarded.runner(Plain.class).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsPattern(
				"WARN .*%1$sPlain\\.place\\(SelfCallTests\\.java:%2$d\\) calls charge\\(String, int\\[\\]\\) of dependency 'payments' on itself: the proxy does not see it, so it runs UNGUARDED\\. Call it from another bean"
					.formatted(HERE.replace("$", "\\$"), line(Plain.class)));
	}

	@Test
	void failNamesAllOfThem() {
		ApplicationContextRunner runner = Guarded.runner(Plain.class, Inherited.class)
			.withPropertyValues("resilience.self-invocation=fail");
		assertThat(Guarded.refusal(runner)).isEqualTo(
				"""
						Guarded methods are called past the proxy
						  - %1$sPlain.place(SelfCallTests.java:%2$d) calls charge(String, int[]) of dependency 'payments' on itself: the proxy does not see it, so it runs UNGUARDED
						  - %1$sInherited.place(SelfCallTests.java:%3$d) calls charge(String) of dependency 'payments' on itself: the proxy does not see it, so it runs UNGUARDED.

						Call it from another bean, hand the work to Dependencies, or weave the class (resilience.weaving). 'resilience.self-invocation: warn' lets the application start."""
					.formatted(HERE, line(Plain.class), line(Inherited.class)));
	}

	@Test
	void ignoreSaysNothing(CapturedOutput output) {
		Guarded.runner(Plain.class)
			.withPropertyValues("resilience.self-invocation=ignore")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("UNGUARDED");
	}

	@Test
	void argumentsThatAreCallsAndBranches() {
		assertThat(found(Arguments.class)).containsExactly("Arguments.place name()",
				"Arguments.place charge(long, String, Object)", "Arguments.place name()",
				"Arguments.place charge(long, String, Object)");
	}

	@Test
	void otherObjectsOfTheClassAreNotSelf() {
		assertThat(found(OtherObjects.class)).isEmpty();
	}

	@Test
	void anAliasIsSelf() {
		assertThat(found(Alias.class)).hasSize(3).containsOnly("Alias.place charge(String)");
	}

	/** Whatever is pushed in a method of somebody else is popped until it returns. */
	@Test
	void theStackIsKeptExactly() throws IOException {
		AtomicInteger returns = new AtomicInteger();
		for (Resource file : new PathMatchingResourcePatternResolver()
			.getResources("classpath*:org/springframework/util/**/*.class")) {
			try (InputStream bytes = file.getInputStream()) {
				new ClassReader(bytes).accept(new ClassVisitor(SpringAsmInfo.ASM_VERSION) {
					@Override
					public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
							String[] exceptions) {
						return checked(file + name, returns);
					}
				}, ClassReader.SKIP_FRAMES);
			}
		}
		assertThat(returns).hasValueGreaterThan(1000);
	}

	private static MethodVisitor checked(String method, AtomicInteger returns) {
		SelfCallVisitor visitor = new SelfCallVisitor(new BitSet(), new SelfCallVisitor.Calls() {
			@Override
			public void call(String special, String called, String calledDescriptor, int line) {
			}

			@Override
			public void handOver(String owner, String called, String calledDescriptor, BitSet variables, int line) {
			}

			@Override
			public void function(Handle handle) {
			}
		});
		return new MethodVisitor(SpringAsmInfo.ASM_VERSION, visitor) {
			@Override
			public void visitInsn(int opcode) {
				if (opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) {
					int left = switch (opcode) {
						case Opcodes.RETURN -> 0;
						case Opcodes.LRETURN, Opcodes.DRETURN -> 2;
						default -> 1;
					};
					Object stack = ReflectionTestUtils.getField(visitor, "stack");
					assertThat(ReflectionTestUtils.getField(stack, "size")).as(method).isEqualTo(left);
					returns.incrementAndGet();
				}
				super.visitInsn(opcode);
			}
		};
	}

	@Test
	void lambdasCountForTheMethodAroundThem() {
		assertThat(found(Lambdas.class)).containsExactlyInAnyOrder("Lambdas.place charge(String)",
				"Lambdas.nested charge(String)");
	}

	@Test
	void methodReferences() {
		assertThat(found(References.class)).containsExactly("References.place charge(String)");
	}

	@Test
	void aSuperclassThatCallsWhatTheBeanOverrides() {
		assertThat(found(Overriding.class)).containsExactly("Calling.place charge(String)");
	}

	@Test
	void theOverridingMethodMayCallTheOverriddenOne() {
		assertThat(found(CallingSuper.class)).containsExactly("CallingSuper.place charge(String)");
	}

	@Test
	void aFallbackIsNotGuardedWithItsMethod() {
		assertThat(found(FromFallback.class)).containsExactly("FromFallback.cached charge(String)");
	}

	@Test
	void callsWithinACallOfTheSameDependencyAreGuardedWithIt() {
		assertThat(found(Overloads.class)).containsExactly("Overloads.charge charge(String, int)");
	}

	@Test
	void callsWithinACallOfAnotherDependencyAreNot() {
		assertThat(found(OtherDependency.class)).containsExactly("OtherDependency.place charge()");
	}

	@Test
	void anInheritedMethodThatTheSubclassCalls() {
		assertThat(found(Inherited.class)).containsExactly("Inherited.place charge(String)");
	}

	@Test
	void annotationsOfInterfacesAndBridges() {
		assertThat(found(OfInterface.class)).containsExactly("OfInterface.place charge(String)",
				"OfInterface.place charge(Object)");
	}

	@Test
	void constructorsAndStaticMethods() {
		assertThat(found(InConstructor.class)).containsExactly("InConstructor.<init> charge()");
	}

	@Test
	void handlersAndSwitches() {
		assertThat(found(Paths.class)).containsExactly("Paths.place charge(Object)", "Paths.place charge(Object)",
				"Paths.place charge(Object)");
	}

	@Test
	void whatIsSelfOnOneOfTheWays() {
		assertThat(found(Ways.class)).containsExactly("Ways.place charge(String)", "Ways.place charge(String)",
				"Ways.choose charge(String)", "Ways.choose charge(String)");
	}

	@Test
	void staticMethodsThatGetSelf() {
		assertThat(found(Handing.class)).containsExactly("Handing.further charge(String)");
	}

	@Test
	void defaultMethodsOfInterfaces() {
		assertThat(found(OfDefaults.class)).containsExactlyInAnyOrder("Defaults.place charge(String)",
				"Defaults.inLambda charge(String)");
		assertThat(found(Guarded.runner().withBean(Defaults.class, SelfCallTests::client))).containsExactlyInAnyOrder(
				"Defaults.place charge(String)", "Defaults.inLambda charge(String)",
				"Defaults.overridden charge(String)");
	}

	@Test
	void whatKotlinMakesOfFunctions() {
		assertThat(found(SelfCalling.class)).containsExactlyInAnyOrder("SelfCalling.withDefault charge(String)",
				"SelfCalling.inLambda charge(String)", "SelfCalling.inNestedLambda charge(String)",
				"SelfCalling.inlined charge(String)", "SelfCalling.suspending charge(String)",
				"SelfCalling.suspended later(Continuation)");
	}

	@Test
	void methodsThatInitializeTheBean() {
		assertThat(Guarded
			.refusal(Guarded.runner(Initialized.class).withPropertyValues("resilience.self-invocation=fail")))
			.contains("Spring calls " + Initialized.class.getName()
					+ ".refresh() of dependency 'payments' to initialize the bean: no proxy sees that")
			.containsOnlyOnce("UNGUARDED");
		assertThat(found(InitializedOnType.class)).containsExactly("InitializedOnType.afterPropertiesSet charge()");
	}

	@Test
	void argumentsThatAreLeftOut() {
		assertThat(DefaultArguments.called("charge$default")).isEqualTo("charge");
		for (int count : new int[] { 1, 32, 33, 64, 65 }) {
			String masks = "I".repeat((count + 31) / 32);
			assertThat(DefaultArguments.descriptor("(LSelf;" + "J".repeat(count) + masks + "Ljava/lang/Object;)Z"))
				.isEqualTo("(" + "J".repeat(count) + ")Z");
		}
	}

	@Test
	void classesWithoutAClassFileArePassedOver(CapturedOutput output) throws Exception {
		Guarded.runner().withBean(generated()).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("Generated");
	}

	@Test
	void thingsThatNobodyGuardsAreToldOnce(CapturedOutput output) {
		Guarded.runner(Plain.class)
			.withPropertyValues("spring.aop.auto=false")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).contains("spring.aop.auto is false").doesNotContain("on itself");
	}

	private static List<String> found(Class<?> bean) {
		return found(Guarded.runner(bean));
	}

	private static List<String> found(ApplicationContextRunner runner) {
		StringBuilder text = new StringBuilder();
		runner.withPropertyValues("resilience.self-invocation=fail").run((context) -> {
			Throwable failure = context.getStartupFailure();
			if (failure != null) {
				assertThat(failure).isInstanceOf(InvalidDependencyException.class);
				text.append(failure.getMessage());
			}
		});
		return text.toString()
			.lines()
			.skip(1)
			.map((line) -> line.replaceFirst("  - .*[.$](\\w+\\.[\\w<>]+)\\(.*?\\) calls (.*) of dependency.*",
					"$1 $2"))
			.toList();
	}

	private static Defaults client() {
		return (Defaults) Proxy.newProxyInstance(Defaults.class.getClassLoader(), new Class<?>[] { Defaults.class },
				(proxy, method, arguments) -> method.isDefault()
						? InvocationHandler.invokeDefault(proxy, method, arguments)
						: method.invoke(Defaults.class, arguments));
	}

	// the line that the constant of a class names
	private static int line(Class<?> type) {
		try {
			return (int) type.getDeclaredMethod("line").invoke(null);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static int below() {
		return StackWalker.getInstance().walk((frames) -> frames.skip(1).findFirst().orElseThrow().getLineNumber() + 4);
	}

	private static Class<?> generated() throws IllegalAccessException {
		String name = "dev.resilience.interceptor.Generated";
		ClassWriter writer = new ClassWriter(0);
		writer.visit(Opcodes.V17, Opcodes.ACC_PUBLIC, name.replace('.', '/'), null, Type.getInternalName(Base.class),
				null);
		MethodVisitor constructor = writer.visitMethod(Opcodes.ACC_PUBLIC, "<init>", "()V", null, null);
		constructor.visitVarInsn(Opcodes.ALOAD, 0);
		constructor.visitMethodInsn(Opcodes.INVOKESPECIAL, Type.getInternalName(Base.class), "<init>", "()V", false);
		constructor.visitInsn(Opcodes.RETURN);
		constructor.visitMaxs(1, 1);
		writer.visitEnd();
		return MethodHandles.lookup().defineClass(writer.toByteArray());
	}

	static class Plain {

		static int line() {
			return below();
		}

		void place() {
			charge("a", new int[1]);
		}

		@Dependency(name = "payments", type = CRITICAL)
		public void charge(String customer, int[] amounts) {
		}

	}

	static class Arguments {

		private long[] numbers = { 1L };

		void place(boolean express, Object other) {
			this.charge(this.numbers[0] + (express ? 1L : 2L), express ? name() : other.toString(), this);
			charge(Long.parseLong("1") << 3, new String(new char[] { 'a' }) + name() + 2.0,
					(other == this) ? this : other);
		}

		@Dependency(name = "payments", type = CRITICAL)
		public void charge(long amount, String customer, Object other) {
		}

		@Dependency(name = "names", type = CRITICAL)
		public String name() {
			return "";
		}

	}

	static class OtherObjects {

		@Autowired
		@Lazy
		private OtherObjects self;

		void place(OtherObjects other, OtherObjects[] others, List<OtherObjects> list) {
			this.self.charge(this);
			other.charge(this);
			others[0].charge(this);
			list.get(0).charge(this);
			create(other).charge(this);
			new OtherObjects().charge(this);
			OtherObjects alias = this;
			alias = other;
			alias.charge(this);
			UnaryOperator<Object> reference = other::charge;
			Function<OtherObjects, Object> unbound = (each) -> each.charge(this);
			reference.andThen((each) -> other.charge(each)).apply(unbound);
			synchronized (this) {
				other.charge(this == other);
			}
		}

		static OtherObjects create(OtherObjects first) {
			first.charge("a");
			return first;
		}

		@Dependency(name = "payments", type = CRITICAL)
		public Object charge(Object customer) {
			return customer;
		}

	}

	static class Alias {

		void place() {
			Alias alias = this;
			alias.charge("a");
			(alias = this).charge("b");
			((Alias) (Object) this).charge("c");
		}

		@Dependency(name = "payments", type = CRITICAL)
		public void charge(String customer) {
		}

	}

	static class Base {

		@Dependency(name = "payments", type = CRITICAL)
		public void charge(String customer) {
		}

	}

	static class Lambdas {

		Runnable place() {
			return () -> charge("a");
		}

		Callable<Runnable> nested(String customer) {
			return () -> () -> charge(customer);
		}

		@Dependency(name = "payments", type = CRITICAL)
		public void charge(String customer) {
		}

	}

	static class References {

		UnaryOperator<String> place() {
			return this::charge;
		}

		Function<References, String> unbound(String customer) {
			Function<String, String> other = new References()::charge;
			return (references) -> other.apply(customer);
		}

		@Dependency(name = "payments", type = CRITICAL)
		public String charge(String customer) {
			return customer;
		}

	}

	abstract static class Calling {

		void place() {
			charge("a");
		}

		abstract void charge(String customer);

	}

	static class Overriding extends Calling {

		@Override
		@Dependency(name = "payments", type = CRITICAL)
		public void charge(String customer) {
		}

	}

	static class CallingSuper extends Base {

		void place() {
			super.charge("a");
		}

		@Override
		@Dependency(name = "billing", type = CRITICAL)
		public void charge(String customer) {
			super.charge(customer);
		}

	}

	static class FromFallback {

		@Dependency(name = "prices", type = DEGRADED, fallback = "cached")
		public String price(String product) {
			return product;
		}

		private String cached(String product) {
			return charge(product);
		}

		@Dependency(name = "payments", type = CRITICAL)
		public String charge(String customer) {
			return customer;
		}

	}

	static class Overloads {

		void charge() {
			charge("a", 1);
		}

		@Dependency(name = "payments", type = CRITICAL)
		public void charge(String customer) {
			charge(customer, 1);
		}

		@Dependency(name = "payments", type = CRITICAL)
		public void charge(String customer, int amount) {
			if (amount > 1) {
				this.charge(customer, amount - 1);
			}
		}

	}

	static class OtherDependency {

		@Dependency(name = "orders", type = CRITICAL)
		public void place() {
			charge();
		}

		@Dependency(name = "payments", type = CRITICAL)
		public void charge() {
		}

	}

	static class Inherited extends Base {

		static int line() {
			return below();
		}

		void place() {
			charge("a");
		}

	}

	interface Chargeable<T> {

		@Dependency(name = "payments", type = CRITICAL)
		void charge(T customer);

	}

	static class OfInterface implements Chargeable<String> {

		@SuppressWarnings({ "rawtypes", "unchecked" })
		void place() {
			charge("a");
			((Chargeable) this).charge("b");
		}

		@Override
		public void charge(String customer) {
		}

	}

	static class InConstructor {

		InConstructor() {
			charge();
		}

		static void place(InConstructor other) {
			other.charge();
		}

		@Dependency(name = "payments", type = CRITICAL)
		public void charge() {
		}

	}

	static class Paths {

		Object place(int number, String text) throws IOException {
			Object before = number;
			try {
				switch (number) {
					case 1 -> charge(text);
					case 70_000 -> before = text.equals("a") ? this : text;
					default -> throw new IOException();
				}
			}
			catch (IOException ex) {
				return charge(ex);
			}
			finally {
				before.hashCode();
			}
			return (number > 2) ? before : charge(new Object[][] { { this } });
		}

		@Dependency(name = "payments", type = CRITICAL)
		public Object charge(Object customer) {
			return customer;
		}

	}

	static class Ways extends Base {

		void place(boolean express, Ways other) {
			Base target = this;
			if (express) {
				target = other;
			}
			target.charge("a");
			Base another = other;
			if (express) {
				another = this;
				if (other == null) {
					another = other;
					return;
				}
				another.hashCode();
			}
			else {
				another = other;
			}
			another.charge("b");
			another = other;
			another.charge("c");
		}

		void choose(boolean express, Ways other) {
			(express ? this : other).charge("a");
			(express ? other : this).charge("b");
			(express ? other : new Ways()).charge("c");
		}

	}

	static class Handing extends Base {

		void place(Handing other) {
			charge("a", other, this);
			last(other);
		}

		private static void charge(String customer, Handing other, Handing self) {
			other.charge(customer);
			further(self, 1L);
		}

		private static void further(Handing self, long number) {
			self.charge("b");
		}

		private static void last(Handing other) {
			other.charge("c");
		}

		@Override
		@Dependency(name = "payments", type = CRITICAL)
		public void charge(String customer) {
		}

	}

	interface Defaults {

		@Dependency(name = "payments", type = CRITICAL)
		void charge(String customer);

		default void place() {
			charge("a");
		}

		default Runnable inLambda() {
			return () -> charge("b");
		}

		default void overridden() {
			charge("c");
		}

	}

	static class OfDefaults implements Defaults {

		@Override
		public void charge(String customer) {
		}

		@Override
		public void overridden() {
		}

	}

	static class Initialized {

		@PostConstruct
		@Dependency(name = "payments", type = CRITICAL)
		void refresh() {
		}

	}

	@Dependency(name = "payments", type = CRITICAL)
	static class InitializedOnType implements InitializingBean {

		@Override
		public void afterPropertiesSet() {
			charge();
		}

		public void charge() {
		}

	}

}
