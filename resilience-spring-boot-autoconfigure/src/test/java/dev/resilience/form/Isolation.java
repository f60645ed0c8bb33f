package dev.resilience.form;

/**
 * Which thread does the work of a call whose caller waits.
 */
enum Isolation {

	/** The caller's own, a platform thread. */
	CALLER("caller"),

	/** A worker. */
	WORKER("thread"),

	/** The caller's own, a virtual thread. */
	VIRTUAL_CALLER("auto");

	private final String property;

	Isolation(String property) {
		this.property = property;
	}

	String property() {
		return this.property;
	}

	boolean isSupported() {
		return this != VIRTUAL_CALLER || Runtime.version().feature() >= 21;
	}

	Thread newCaller(Runnable call) {
		return (this == VIRTUAL_CALLER) ? virtual(call) : new Thread(call);
	}

	// compiled for JDK 17
	private static Thread virtual(Runnable call) {
		try {
			Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
			return (Thread) Class.forName("java.lang.Thread$Builder")
				.getMethod("unstarted", Runnable.class)
				.invoke(builder, call);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
