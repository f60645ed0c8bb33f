/** Says what is wrong when the application stops answering, and since when; the picture stays. */

import { el, setText } from './dom.js';
import { age, time } from './format.js';

export function staleBanner() {
	const banner = document.getElementById('stale');
	const problem = el('span', { class: 'problem' });
	// the seconds are for the eye: an alert that counts aloud would drown everything else
	const seconds = el('span', { 'aria-live': 'off' });
	const seen = el('span');
	const again = el('button', { type: 'button', onclick: () => location.reload(), hidden: true }, 'Sign in again');
	banner.append(el('p', {}, problem, ' ', seconds, seen), again);
	new ResizeObserver(() => leaveRoom(banner)).observe(banner);
	const opened = Date.now();
	let lastAnswer = null;
	let ticking = null;

	function tick() {
		setText(seconds, `since ${age(Date.now() - (lastAnswer?.at ?? opened))}; `);
	}

	return {
		answered(map) {
			lastAnswer = { at: Date.now(), application: map.application, generatedAt: map.generatedAt };
			clearInterval(ticking);
			ticking = null;
			banner.hidden = true;
			document.documentElement.classList.remove('stale');
		},
		/** @param {import('./api.js').Unanswered} failure */
		failed(failure) {
			setText(problem, `${lastAnswer?.application ?? 'The application'} ${failure.message}`);
			setText(seen, lastAnswer ? `what you see is from ${time(lastAnswer.generatedAt)}` : 'there is nothing to show yet');
			again.hidden = failure.kind !== 'sign-in';
			tick();
			ticking ??= setInterval(tick, 1000);
			banner.hidden = false;
			document.documentElement.classList.add('stale');
		},
	};
}

/** The panel starts below the banner, however many lines that takes. */
function leaveRoom(banner) {
	document.documentElement.style.setProperty('--banner', `${banner.offsetHeight}px`);
}
