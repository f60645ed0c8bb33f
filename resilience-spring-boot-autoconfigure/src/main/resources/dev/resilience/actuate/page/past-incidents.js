/** What happened before, folded away until somebody asks. */

import { el, patchList, setText, setTextOrHide } from './dom.js';
import { age, plural, time } from './format.js';
import { inTimeOrder, stepView } from './steps.js';
import { category } from './words.js';

/** @param {(id: string) => void} open */
export function pastIncidents(open) {
	const section = document.getElementById('past');
	const summary = el('h2', { id: 'past-title' });
	const list = el('ul');
	section.append(el('details', {}, el('summary', {}, summary), list));

	return (map) => {
		const incidents = (map.incidents ?? []).toSorted((one, other) => Date.parse(other.since) - Date.parse(one.since));
		section.hidden = !incidents.length;
		setText(summary, plural(incidents.length, 'past incident'));
		patchList(list, incidents.map((incident) => ({ incident, now: map.generatedAt })),
			({ incident }) => `${incident.since} ${incident.firstToDeviate}`, () => pastView(open));
	};
}

function pastView(open) {
	const title = el('h3');
	const kind = el('p', { class: 'category' });
	const steps = el('ol', { class: 'steps' });
	const advice = el('p');
	return {
		element: el('li', {}, title, kind, steps, advice),
		update({ incident, now }) {
			setText(title, titleOf(incident, now));
			setTextOrHide(kind, category(incident.category));
			patchList(steps, inTimeOrder(incident.sequence).map((item) => ({ item, now })),
				({ item }) => `${item.dependency} ${item.signal}`, () => stepView(open));
			setTextOrHide(advice, incident.advice);
		},
	};
}

function titleOf({ firstToDeviate, since, until }, now) {
	const lasted = until ? ` to ${time(until, now)} (${age(Date.parse(until) - Date.parse(since))})` : '';
	return `${firstToDeviate ?? 'Nobody known'}, ${time(since, now)}${lasted}`;
}
