package dev.resilience.registry;

import java.time.Duration;
import java.util.function.Supplier;

import dev.resilience.SwitchPosition;
import dev.resilience.signal.CallListener;
import dev.resilience.signal.StateListener;
import org.jspecify.annotations.Nullable;

/**
 * Tells the monitor of each switch, which may be why something goes wrong.
 */
public final class SwitchChanges implements CallListener.Factory {

	private final Supplier<DependencyMonitor> monitor;

	/**
	 * Create the changes.
	 * @param monitor is told; asked for when a switch is thrown
	 */
	public SwitchChanges(Supplier<DependencyMonitor> monitor) {
		this.monitor = monitor;
	}

	@Override
	public CallListener create(String dependency) {
		return new StateListener() {

			@Override
			public void onSwitch(SwitchPosition position, @Nullable String reason, @Nullable Duration duration) {
				changed("the switch of %s was set to %s".formatted(dependency, position));
			}

			@Override
			public void onSwitchReturned(SwitchPosition position, @Nullable String reason, Duration after) {
				changed("the switch of %s returned to %s".formatted(dependency, position));
			}

		};
	}

	private void changed(String what) {
		this.monitor.get().changed(what);
	}

}
