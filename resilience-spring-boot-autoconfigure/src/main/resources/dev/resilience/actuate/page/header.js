/** Who this is, how it is, what it promises, and whether this page is still told. */

import { el, setAttribute, setText } from './dom.js';
import { patchFacts } from './facts.js';
import { ago, duration, nines, time } from './format.js';
import { statusFavicon, statusIcon } from './icons.js';
import { setMoment } from './moment.js';

export function header() {
	const application = document.getElementById('application');
	const badge = document.getElementById('status');
	const live = document.getElementById('live');
	const availability = document.getElementById('availability');
	const icon = statusIcon();
	const status = el('span');
	badge.append(icon.element, status);

	function setLive(word) {
		setText(live.querySelector('.word'), word);
		setAttribute(live, 'data-live', word);
	}

	return {
		update(map) {
			setText(application, map.application);
			badge.hidden = false;
			icon.update(map.status);
			setText(status, map.status);
			setAttribute(badge, 'data-status', map.status);
			setTab(map);
			setLive('live');
			setMoment(live.querySelector('time'), map.generatedAt, map.generatedAt);
			availability.hidden = !patchFacts(availability, factsOf(map));
		},
		lost() {
			setLive('not live');
		},
	};
}

function factsOf({ availability, startedAt, generatedAt }) {
	return [
		['Availability', availability?.observed != null && nines(availability.observed)],
		['Expected', availability?.expected != null && nines(availability.expected)],
		['Downtime a year', availability?.downtimePerYear && duration(availability.downtimePerYear)],
		['Costliest', availability?.costliest],
		['Started', startedAt && `${time(startedAt, generatedAt)} (${ago(startedAt, generatedAt)})`, startedAt],
	];
}

function setTab({ application, status }) {
	const title = `${status} ${application}`;
	if (document.title !== title) {
		document.title = title;
		const colour = getComputedStyle(document.getElementById('status')).color;
		setAttribute(document.querySelector('link[rel=icon]'), 'href', statusFavicon(status, colour));
	}
}
