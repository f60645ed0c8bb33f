/** Asks every two seconds, one question at a time, and only while somebody can see the answer. */

const INTERVAL = 2000;

/**
 * @template T
 * @param {() => Promise<T>} ask
 * @param {(answer: T) => void} answered
 * @param {(problem: Error) => void} failed
 * @returns {() => void} asks again at once
 */
export function poll(ask, answered, failed) {
	let timer = null;
	let asking = false;

	async function turn() {
		clearTimeout(timer);
		if (asking || document.hidden) {
			return;
		}
		asking = true;
		const began = performance.now();
		try {
			await ask().then(answered, failed);
		} finally {
			asking = false;
			timer = setTimeout(turn, Math.max(0, INTERVAL - (performance.now() - began)));
		}
	}

	document.addEventListener('visibilitychange', turn);
	turn();
	return turn;
}
