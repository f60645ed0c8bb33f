/** The name of a dependency wherever it is mentioned: leads to its details, and can be copied as a link. */

import { el, setAttribute, setText } from './dom.js';
import { idOf } from './graph.js';
import { hashWith } from './hash.js';

/** @param {(id: string) => void} open */
export function nodeLink(open) {
	let id = null;
	const element = el('a', {
		class: 'node-link',
		onclick(event) {
			if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
				event.preventDefault();
				open(id);
			}
		},
	});
	return {
		element,
		/** @param {string[]} path names from the application to the dependency */
		update(path) {
			id = idOf(path);
			setText(element, path.at(-1));
			setAttribute(element, 'href', location.pathname + hashWith({ open: id }));
		},
	};
}
