package dev.resilience.interceptor;

import org.springframework.asm.Opcodes;

/**
 * By how much the instructions without operands make the stack grow or shrink. None of
 * them leaves anything but a number where {@code this} has been.
 */
final class Growth {

	private Growth() {
	}

	static int of(int opcode) {
		if (opcode >= Opcodes.IADD && opcode <= Opcodes.DREM || opcode >= Opcodes.IAND && opcode <= Opcodes.LXOR) {
			return isWide(opcode) ? -2 : -1;
		}
		return switch (opcode) {
			case Opcodes.ACONST_NULL, Opcodes.ICONST_M1, Opcodes.ICONST_0, Opcodes.ICONST_1, Opcodes.ICONST_2,
					Opcodes.ICONST_3, Opcodes.ICONST_4, Opcodes.ICONST_5, Opcodes.FCONST_0, Opcodes.FCONST_1,
					Opcodes.FCONST_2, Opcodes.I2L, Opcodes.I2D, Opcodes.F2L, Opcodes.F2D ->
				1;
			case Opcodes.LCONST_0, Opcodes.LCONST_1, Opcodes.DCONST_0, Opcodes.DCONST_1 -> 2;
			case Opcodes.IALOAD, Opcodes.FALOAD, Opcodes.AALOAD, Opcodes.BALOAD, Opcodes.CALOAD, Opcodes.SALOAD,
					Opcodes.POP, Opcodes.ISHL, Opcodes.LSHL, Opcodes.ISHR, Opcodes.LSHR, Opcodes.IUSHR, Opcodes.LUSHR,
					Opcodes.L2I, Opcodes.L2F, Opcodes.D2I, Opcodes.D2F, Opcodes.FCMPL, Opcodes.FCMPG,
					Opcodes.MONITORENTER, Opcodes.MONITOREXIT ->
				-1;
			case Opcodes.POP2 -> -2;
			case Opcodes.IASTORE, Opcodes.FASTORE, Opcodes.AASTORE, Opcodes.BASTORE, Opcodes.CASTORE, Opcodes.SASTORE,
					Opcodes.LCMP, Opcodes.DCMPL, Opcodes.DCMPG ->
				-3;
			case Opcodes.LASTORE, Opcodes.DASTORE -> -4;
			default -> 0;
		};
	}

	// numbers of two slots have every other opcode
	private static boolean isWide(int opcode) {
		return (opcode & 1) == 1;
	}

}
