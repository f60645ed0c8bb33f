/** Tells a screen reader what matters, and only when it changes: the status and who started it. */

import { setText } from './dom.js';

export function announcer() {
	const element = document.getElementById('announcer');
	let last = null;
	return (map) => {
		const now = { status: map.status, first: map.incident?.firstToDeviate ?? null };
		if (last && (last.status !== now.status || last.first !== now.first)) {
			setText(element, `${map.application} is ${now.status}. ${incidentOf(last.first, now.first)}`);
		}
		last = now;
	};
}

function incidentOf(before, after) {
	if (after) {
		return `Incident: ${after} was first to deviate.`;
	}
	return before ? 'The incident is over.' : '';
}
