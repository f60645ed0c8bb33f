/** What is open and what is filtered, in the address, so that a link shows the same. */

/** @returns {{ open: string | null, filter: string }} */
export function readHash() {
	const parameters = new URLSearchParams(location.hash.slice(1));
	return { open: parameters.get('open'), filter: parameters.get('filter') ?? '' };
}

/** The address with some of it changed. */
export function hashWith(change) {
	const { open, filter } = { ...readHash(), ...change };
	const parameters = new URLSearchParams();
	if (filter) {
		parameters.set('filter', filter);
	}
	if (open) {
		parameters.set('open', open);
	}
	return `#${parameters}`;
}

/** Opening adds a step to the history, so that «back» closes on a phone; all else replaces the current one. */
export function writeHash(change) {
	const hash = hashWith(change);
	if (hash === (location.hash || '#')) {
		return;
	}
	const opens = change.open && !readHash().open;
	history[opens ? 'pushState' : 'replaceState'](null, '', hash);
}

export function onHashChange(listener) {
	addEventListener('hashchange', listener);
	addEventListener('popstate', listener);
}
