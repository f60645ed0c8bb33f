/** One thing that went out of the ordinary: when, which dependency, which signal, and its figures. */

import { el, setText } from './dom.js';
import { moment } from './moment.js';
import { nodeLink } from './node-link.js';
import { word } from './words.js';

export function inTimeOrder(steps) {
	return (steps ?? []).toSorted((one, other) => Date.parse(one.since) - Date.parse(other.since));
}

/** @param {((id: string) => void) | null} open null where the dependency goes without saying */
export function stepView(open) {
	const at = moment();
	const link = open && nodeLink(open);
	const signal = el('span', { class: 'signal' });
	const message = el('span', { class: 'message' });
	return {
		element: el('li', {}, at.element, ' ', link?.element, link && ' ', signal, ' ', message),
		update({ item, now }) {
			at.update(item.since, now);
			link?.update([item.dependency]);
			setText(signal, word(item.signal));
			setText(message, item.message);
		},
	};
}
