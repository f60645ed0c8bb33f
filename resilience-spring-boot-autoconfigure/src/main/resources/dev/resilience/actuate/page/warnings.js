/** All warnings in one list, the oldest first: it is the likeliest cause of the others. */

import { el, patchList, setText } from './dom.js';
import { inTimeOrder, stepView } from './steps.js';

const MOST_SHOWN = 5;

/** @param {(id: string) => void} open */
export function warningsView(open) {
	const section = document.getElementById('warnings');
	const few = el('ul', { class: 'steps' });
	const many = el('ul', { class: 'steps' });
	const summary = el('summary');
	const rest = el('details', {}, summary, many);
	section.append(el('h2', { id: 'warnings-title' }, 'Warnings'), few, rest);

	return (map) => {
		const warnings = inTimeOrder(warningsOf(map)).map((item) => ({ item, now: map.generatedAt }));
		section.hidden = !warnings.length;
		rest.hidden = warnings.length <= MOST_SHOWN;
		setText(summary, `${warnings.length - MOST_SHOWN} more`);
		patchList(few, warnings.slice(0, MOST_SHOWN), keyOf, () => stepView(open));
		patchList(many, warnings.slice(MOST_SHOWN), keyOf, () => stepView(open));
	};
}

function warningsOf(map) {
	return Object.entries(map.dependencies ?? {})
		.flatMap(([dependency, { warnings }]) => (warnings ?? []).map((warning) => ({ dependency, ...warning })));
}

function keyOf({ item }) {
	return JSON.stringify([item.dependency, item.signal, item.since]);
}
