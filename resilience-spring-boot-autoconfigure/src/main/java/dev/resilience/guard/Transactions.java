package dev.resilience.guard;

/**
 * What the guard needs to know of transactions.
 */
public interface Transactions {

	/** There are none. */
	Transactions NONE = new Transactions() {

		@Override
		public boolean isActive() {
			return false;
		}

		@Override
		public void afterCommit(Runnable work, Runnable dropped) {
			work.run();
		}

	};

	/**
	 * Whether a transaction is active on the current thread.
	 * @return {@code true} inside a transaction
	 */
	boolean isActive();

	/**
	 * Run work when the transaction of the current thread has been committed; at once if
	 * there is none.
	 * @param work what to run
	 * @param dropped what to run instead if it is rolled back
	 */
	void afterCommit(Runnable work, Runnable dropped);

}
