package dev.resilience.diagnosis;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Tells a deviation from a moment's chance: it has to be found twice in a row, and it is
 * over when it was not found for some time.
 */
final class Alarm {

	private static final int CONFIRMED_AFTER = 2;

	private static final int OVER_AFTER = 15;

	// less is enough for it to go on
	private static final double LENIENCE = 0.7;

	private final DeviationSignal signal;

	private final Detector detector;

	private int found;

	private int missed;

	private @Nullable Deviation deviation;

	Alarm(DeviationSignal signal, Detector detector) {
		this.signal = signal;
		this.detector = detector;
	}

	void look(long nowNanos, Recent recent, @Nullable Norm norm, Load load) {
		Deviation known = this.deviation;
		Finding finding = this.detector.look(recent, norm, load, (known != null) ? LENIENCE : 1);
		if (finding == null) {
			this.found = 0;
			if (known != null && ++this.missed >= OVER_AFTER) {
				this.deviation = null;
			}
			return;
		}
		this.missed = 0;
		if (known != null) {
			this.deviation = new Deviation(this.signal, known.sinceNanos(), finding.message());
		}
		else if (++this.found >= CONFIRMED_AFTER) {
			this.deviation = new Deviation(this.signal,
					nowNanos - (long) (finding.secondsAgo() * TimeUnit.SECONDS.toNanos(1)), finding.message());
		}
	}

	@Nullable Deviation deviation() {
		return this.deviation;
	}

}
