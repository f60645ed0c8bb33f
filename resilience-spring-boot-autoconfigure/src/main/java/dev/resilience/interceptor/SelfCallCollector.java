package dev.resilience.interceptor;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.Handle;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;

/**
 * Collects the methods that a class calls on {@code this}, also in static methods of its
 * own to which it hands {@code this}: Kotlin makes such ones of lambdas and of suspending
 * functions. What stands in one of those counts for the method around it.
 */
final class SelfCallCollector extends ClassVisitor {

	private static final BitSet INSTANCE = BitSet.valueOf(new long[] { 1 });

	private final Set<String> names;

	private final List<SelfCall> calls = new ArrayList<>();

	// the variables in which static methods get the object
	private final Map<String, BitSet> handedOver = new HashMap<>();

	// by lambdas and the like the methods around them
	private final Map<String, String> enclosing = new HashMap<>();

	private boolean complete;

	private String type = "";

	private @Nullable String file;

	/**
	 * Create a collector.
	 * @param names the called methods that matter
	 */
	SelfCallCollector(Set<String> names) {
		super(SpringAsmInfo.ASM_VERSION);
		this.names = names;
	}

	List<SelfCall> collect(ClassReader bytes) {
		while (!this.complete) {
			this.complete = true;
			this.calls.clear();
			bytes.accept(this, ClassReader.SKIP_FRAMES);
		}
		return this.calls.stream().map(this::attributed).toList();
	}

	private SelfCall attributed(SelfCall call) {
		String method = call.caller() + call.callerDescriptor();
		String outer = this.enclosing.get(method);
		// each lambda stands in one method
		for (int depth = 0; outer != null && depth < this.enclosing.size(); depth++) {
			method = outer;
			outer = this.enclosing.get(method);
		}
		return call.from(method);
	}

	@Override
	public void visit(int version, int access, String name, @Nullable String signature, @Nullable String superName,
			String @Nullable [] interfaces) {
		this.type = name;
	}

	@Override
	public void visitSource(@Nullable String source, @Nullable String debug) {
		this.file = source;
	}

	@Override
	public MethodVisitor visitMethod(int access, String name, String descriptor, @Nullable String signature,
			String @Nullable [] exceptions) {
		boolean isStatic = (access & Opcodes.ACC_STATIC) != 0;
		return new SelfCallVisitor(isStatic ? variables(name + descriptor) : INSTANCE, new Caller(name, descriptor));
	}

	private BitSet variables(String method) {
		return this.handedOver.computeIfAbsent(method, (key) -> new BitSet());
	}

	/**
	 * The method that is read.
	 */
	private final class Caller implements SelfCallVisitor.Calls {

		private final String name;

		private final String descriptor;

		Caller(String name, String descriptor) {
			this.name = name;
			this.descriptor = descriptor;
		}

		@Override
		public void call(@Nullable String special, String called, String calledDescriptor, int line) {
			if (SelfCallCollector.this.names.contains(called)) {
				// private methods of one's own were called like that before Java 11
				String superclass = SelfCallCollector.this.type.equals(special) ? null : special;
				SelfCallCollector.this.calls.add(new SelfCall(this.name, this.descriptor, SelfCallCollector.this.file,
						line, called, calledDescriptor, superclass));
			}
		}

		@Override
		public void handOver(String owner, String called, String calledDescriptor, BitSet variables, int line) {
			if (DefaultArguments.areIn(called)) {
				call(null, DefaultArguments.called(called), DefaultArguments.descriptor(calledDescriptor), line);
			}
			else if (owner.equals(SelfCallCollector.this.type)) {
				BitSet known = variables(called + calledDescriptor);
				int before = known.cardinality();
				known.or(variables);
				// it may have been read already
				SelfCallCollector.this.complete &= known.cardinality() == before;
				enclose(called, calledDescriptor, this.name + "$");
			}
		}

		@Override
		public void function(Handle handle) {
			if (handle.getOwner().equals(SelfCallCollector.this.type)) {
				enclose(handle.getName(), handle.getDesc(), "lambda$");
			}
		}

		private void enclose(String called, String calledDescriptor, String prefix) {
			if (called.startsWith(prefix)) {
				SelfCallCollector.this.enclosing.put(called + calledDescriptor, this.name + this.descriptor);
			}
		}

	}

}
