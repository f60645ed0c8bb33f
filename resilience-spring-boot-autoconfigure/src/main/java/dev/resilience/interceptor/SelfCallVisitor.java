package dev.resilience.interceptor;

import java.util.BitSet;

import org.jspecify.annotations.Nullable;

import org.springframework.asm.Handle;
import org.springframework.asm.Label;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.asm.Type;

/**
 * Finds the calls in a method whose receiver is {@code this}: as the method got it, or as
 * one of the ways through the method may have left it in a local variable.
 */
final class SelfCallVisitor extends MethodVisitor {

	private final OperandStack stack = new OperandStack();

	private final SelfVariables variables;

	private final Calls calls;

	private int line;

	/**
	 * Create a visitor.
	 * @param self the variables that hold {@code this} when the method begins
	 * @param calls takes the calls
	 */
	SelfCallVisitor(BitSet self, Calls calls) {
		super(SpringAsmInfo.ASM_VERSION);
		this.calls = calls;
		this.variables = new SelfVariables(self);
	}

	@Override
	public void visitLineNumber(int line, Label start) {
		this.line = line;
	}

	@Override
	public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
		int sizes = Type.getArgumentsAndReturnSizes(descriptor);
		int operands = (sizes >> 2) - ((opcode == Opcodes.INVOKESTATIC) ? 1 : 0);
		if (opcode == Opcodes.INVOKESTATIC) {
			handOver(owner, name, descriptor, operands);
		}
		else if (this.stack.isSelf(operands)) {
			this.calls.call((opcode == Opcodes.INVOKESPECIAL) ? owner : null, name, descriptor, this.line);
		}
		this.stack.pop(operands);
		this.stack.push(sizes & 3);
	}

	@Override
	public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
		int sizes = Type.getArgumentsAndReturnSizes(descriptor);
		int captured = (sizes >> 2) - 1;
		for (Object argument : arguments) {
			if (argument instanceof Handle handle) {
				this.calls.function(handle);
				if (handle.getTag() == Opcodes.H_INVOKESTATIC) {
					handOver(handle.getOwner(), handle.getName(), handle.getDesc(), captured);
				}
				else if (this.stack.isSelf(captured)) {
					this.calls.call((handle.getTag() == Opcodes.H_INVOKESPECIAL) ? handle.getOwner() : null,
							handle.getName(), handle.getDesc(), this.line);
				}
			}
		}
		this.stack.pop(captured);
		this.stack.push(sizes & 3);
	}

	private void handOver(String owner, String name, String descriptor, int operands) {
		BitSet self = new BitSet();
		for (int i = 0; i < operands; i++) {
			self.set(i, this.stack.isSelf(operands - i));
		}
		if (!self.isEmpty()) {
			this.calls.handOver(owner, name, descriptor, self, this.line);
		}
	}

	@Override
	public void visitVarInsn(int opcode, int variable) {
		switch (opcode) {
			case Opcodes.ALOAD -> load(this.variables.isSelf(variable));
			case Opcodes.ILOAD, Opcodes.FLOAD -> this.stack.push(1);
			case Opcodes.LLOAD, Opcodes.DLOAD -> this.stack.push(2);
			case Opcodes.ASTORE, Opcodes.ISTORE, Opcodes.FSTORE -> {
				this.variables.set(variable, this.stack.isSelf(1));
				this.stack.pop(1);
			}
			case Opcodes.LSTORE, Opcodes.DSTORE -> {
				this.variables.set(variable, false);
				this.variables.set(variable + 1, false);
				this.stack.pop(2);
			}
			default -> this.stack.end();
		}
	}

	private void load(boolean self) {
		if (self) {
			this.stack.pushSelf();
		}
		else {
			this.stack.push(1);
		}
	}

	@Override
	public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
		int size = Type.getType(descriptor).getSize();
		this.stack.pop((opcode == Opcodes.GETFIELD || opcode == Opcodes.PUTFIELD) ? 1 : 0);
		if (opcode == Opcodes.PUTFIELD || opcode == Opcodes.PUTSTATIC) {
			this.stack.pop(size);
		}
		else {
			this.stack.push(size);
		}
	}

	@Override
	public void visitTypeInsn(int opcode, String type) {
		if (opcode == Opcodes.INSTANCEOF || opcode == Opcodes.ANEWARRAY) {
			this.stack.pop(1);
		}
		// a cast leaves the object what it is
		this.stack.push((opcode == Opcodes.CHECKCAST) ? 0 : 1);
	}

	@Override
	public void visitIntInsn(int opcode, int operand) {
		this.stack.push((opcode == Opcodes.NEWARRAY) ? 0 : 1);
	}

	@Override
	public void visitLdcInsn(Object value) {
		this.stack.push((value instanceof Long || value instanceof Double) ? 2 : 1);
	}

	@Override
	public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
		this.stack.pop(dimensions);
		this.stack.push(1);
	}

	@Override
	public void visitInsn(int opcode) {
		switch (opcode) {
			case Opcodes.DUP -> this.stack.duplicate(1, 0);
			case Opcodes.DUP_X1 -> this.stack.duplicate(1, 1);
			case Opcodes.DUP_X2 -> this.stack.duplicate(1, 2);
			case Opcodes.DUP2 -> this.stack.duplicate(2, 0);
			case Opcodes.DUP2_X1 -> this.stack.duplicate(2, 1);
			case Opcodes.DUP2_X2 -> this.stack.duplicate(2, 2);
			case Opcodes.SWAP -> this.stack.swap();
			case Opcodes.IRETURN, Opcodes.LRETURN, Opcodes.FRETURN, Opcodes.DRETURN, Opcodes.ARETURN, Opcodes.RETURN,
					Opcodes.ATHROW ->
				this.stack.end();
			default -> {
				int growth = Growth.of(opcode);
				this.stack.pop(-Math.min(growth, 0));
				this.stack.push(Math.max(growth, 0));
			}
		}
	}

	@Override
	public void visitJumpInsn(int opcode, Label label) {
		boolean compares = opcode >= Opcodes.IF_ICMPEQ && opcode <= Opcodes.IF_ACMPNE;
		this.stack.pop(compares ? 2 : ((opcode == Opcodes.GOTO || opcode == Opcodes.JSR) ? 0 : 1));
		jump(label);
		if (opcode == Opcodes.GOTO) {
			this.stack.end();
		}
	}

	@Override
	public void visitTableSwitchInsn(int min, int max, Label others, Label... labels) {
		visitSwitch(others, labels);
	}

	@Override
	public void visitLookupSwitchInsn(Label others, int[] keys, Label[] labels) {
		visitSwitch(others, labels);
	}

	private void visitSwitch(Label others, Label[] labels) {
		this.stack.pop(1);
		jump(others);
		for (Label label : labels) {
			jump(label);
		}
		this.stack.end();
	}

	private void jump(Label label) {
		this.stack.jump(label);
		this.variables.jump(label);
	}

	@Override
	public void visitLabel(Label label) {
		this.variables.label(label, this.stack.isReachable());
		this.stack.label(label);
	}

	/**
	 * Takes calls.
	 */
	interface Calls {

		void call(@Nullable String special, String name, String descriptor, int line);

		/** A static method gets {@code this}, in these of its variables. */
		void handOver(String owner, String name, String descriptor, BitSet variables, int line);

		/** A method becomes a function. */
		void function(Handle handle);

	}

}
