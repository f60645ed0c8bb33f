/** An instant on the page: the time of day in this browser's zone, the exact instant as its title. */

import { el, setAttribute, setText } from './dom.js';
import { ago, time } from './format.js';

export function moment() {
	const element = el('time');
	return { element, update: (instant, now, { withAge = false } = {}) => setMoment(element, instant, now, withAge) };
}

/** @param {HTMLTimeElement} element */
export function setMoment(element, instant, now, withAge = false) {
	element.hidden = !instant;
	if (instant) {
		setAttribute(element, 'datetime', instant);
		setAttribute(element, 'title', instant);
		setText(element, time(instant, now) + (withAge ? ` (${ago(instant, now)})` : ''));
	}
}
