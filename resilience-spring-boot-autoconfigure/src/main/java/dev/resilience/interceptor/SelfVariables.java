package dev.resilience.interceptor;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.asm.Label;

/**
 * The local variables that hold {@code this}, or may do so: where paths meet, all count.
 */
final class SelfVariables {

	private final BitSet present = new BitSet();

	private final Map<Label, BitSet> atLabels = new HashMap<>();

	SelfVariables(BitSet present) {
		this.present.or(present);
	}

	boolean isSelf(int variable) {
		return this.present.get(variable);
	}

	void set(int variable, boolean isSelf) {
		this.present.set(variable, isSelf);
	}

	void jump(Label label) {
		this.atLabels.computeIfAbsent(label, (key) -> new BitSet()).or(this.present);
	}

	/**
	 * An instruction to which others may jump.
	 * @param reached whether the instruction above leads to it as well
	 */
	void label(Label label, boolean reached) {
		@Nullable BitSet jumped = this.atLabels.get(label);
		if (jumped != null) {
			if (!reached) {
				this.present.clear();
			}
			this.present.or(jumped);
		}
	}

}
