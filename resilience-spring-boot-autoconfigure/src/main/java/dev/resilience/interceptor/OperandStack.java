package dev.resilience.interceptor;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.asm.Label;

/**
 * The operand stack of a method that is read from its first instruction to its last, as
 * far as it matters here: which of its slots hold {@code this}, or may do so: where paths
 * meet, all count.
 */
final class OperandStack {

	private BitSet self = new BitSet();

	private int size;

	// what lies on the stack where others jump to; where nothing stands, nothing lies
	private final Map<Label, OperandStack> atLabels = new HashMap<>();

	private boolean reachable = true;

	void push(int slots) {
		this.size += slots;
	}

	void pushSelf() {
		this.self.set(this.size++);
	}

	// where a handler takes the exception, nothing has been pushed
	void pop(int slots) {
		this.size = Math.max(0, this.size - slots);
		this.self.clear(this.size, Math.max(this.size, this.self.length()));
	}

	/**
	 * Whether a slot holds {@code this}.
	 * @param depth how deep it lies, 1 for the top
	 */
	boolean isSelf(int depth) {
		return depth > 0 && depth <= this.size && this.self.get(this.size - depth);
	}

	/**
	 * Copy slots of the top.
	 * @param slots how many
	 * @param below how many slots lie between the copies and the originals
	 */
	void duplicate(int slots, int below) {
		int moved = slots + below;
		boolean[] top = new boolean[moved];
		for (int i = 0; i < moved; i++) {
			top[i] = isSelf(moved - i);
		}
		pop(moved);
		for (int i = 0; i < slots; i++) {
			put(top[below + i]);
		}
		for (boolean slot : top) {
			put(slot);
		}
	}

	void swap() {
		boolean top = isSelf(1);
		boolean below = isSelf(2);
		pop(2);
		put(top);
		put(below);
	}

	private void put(boolean isSelf) {
		this.self.set(this.size++, isSelf);
	}

	void jump(Label label) {
		if (this.size > 0) {
			this.atLabels.computeIfAbsent(label, (key) -> copy()).self.or(this.self);
		}
	}

	private OperandStack copy() {
		OperandStack copy = new OperandStack();
		copy.self = (BitSet) this.self.clone();
		copy.size = this.size;
		return copy;
	}

	/** The next instruction is reached by a jump only. */
	void end() {
		this.reachable = false;
	}

	/** Whether the next instruction is reached by what stands above it. */
	boolean isReachable() {
		return this.reachable;
	}

	void label(Label label) {
		@Nullable OperandStack found = this.atLabels.get(label);
		if (!this.reachable) {
			this.size = (found != null) ? found.size : 0;
			this.self.clear();
			this.reachable = true;
		}
		if (found != null) {
			this.self.or(found.self);
		}
	}

}
