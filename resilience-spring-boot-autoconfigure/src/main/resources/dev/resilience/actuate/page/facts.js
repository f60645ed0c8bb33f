/** Labelled values: a description list that is patched row by row. */

import { el, patchList, setAttribute, setText, setTextOrHide } from './dom.js';

/**
 * @typedef {[label: string, value: string | null | undefined | false, title?: string, note?: string]} Fact left out without a value
 * @param {HTMLDListElement} list
 * @param {Fact[]} facts
 * @returns {boolean} whether there was any
 */
export function patchFacts(list, facts) {
	const present = facts.filter(([, value]) => value != null && value !== false && value !== '');
	patchList(list, present, ([label]) => label, factView);
	return present.length > 0;
}

/** A part of the panel that is there only when it has something to say. */
export function factsSection(title, factsOf, className = 'facts') {
	const list = el('dl', { class: className });
	const element = el('section', {}, el('h3', {}, title), list);
	return {
		element,
		update(view) {
			element.hidden = !patchFacts(list, factsOf(view));
		},
	};
}

function factView([label]) {
	const value = el('span');
	const note = el('small');
	const element = el('div', {}, el('dt', {}, label), el('dd', {}, value, note));
	return {
		element,
		update([, text, title, remark]) {
			setText(value, text);
			setAttribute(value, 'title', title);
			setTextOrHide(note, remark);
		},
	};
}
