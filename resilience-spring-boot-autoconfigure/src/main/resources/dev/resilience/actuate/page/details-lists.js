/** The parts of the panel that are lists: warnings, transitions, failures, operations, the partner's map. */

import { el, patchList, setAttribute, setText, setTextOrHide } from './dom.js';
import { patchFacts } from './facts.js';
import { ago, count, duration, percent, plural, time } from './format.js';
import { moment } from './moment.js';
import { nodeLink } from './node-link.js';
import { stepView } from './steps.js';
import { word } from './words.js';

/** A titled list that hides itself when it is empty. */
function listSection(title, tag, className, itemsOf, key, create) {
	const list = el(tag, { class: className });
	const element = el('section', {}, el('h3', {}, title), list);
	return {
		element,
		update(view) {
			const items = itemsOf(view) ?? [];
			element.hidden = !items.length;
			patchList(list, items.map((item) => ({ item, now: view.now })), ({ item }) => key(item), create);
		},
	};
}

export function warningsSection() {
	return listSection('Warnings', 'ul', 'steps', ({ dependency }) => dependency.warnings,
		({ signal, since }) => `${signal} ${since}`, () => stepView(null));
}

export function transitionsSection() {
	return listSection('Transitions', 'ol', 'steps', ({ history }) => history?.transitions?.toReversed(),
		({ from, to, at }) => `${at} ${from} ${to}`, () => {
			const at = moment();
			const change = el('span');
			return {
				element: el('li', {}, at.element, ' ', change),
				update({ item, now }) {
					at.update(item.at, now);
					setText(change, `${word(item.from)} → ${word(item.to)}`);
				},
			};
		});
}

export function failuresSection() {
	const list = el('dl', { class: 'facts' });
	const element = el('section', {}, el('h3', {}, 'Failures'), list);
	return {
		element,
		update({ dependency }) {
			const kinds = Object.entries(dependency.failures ?? {}).sort(([, one], [, other]) => other - one);
			element.hidden = !patchFacts(list, kinds.map(([kind, number]) => [word(kind), count(number)]));
		},
	};
}

export function operationsSection() {
	return listSection('Operations', 'ul', 'operations', ({ dependency }) => dependency.operations, ({ method }) => method, () => {
		const method = el('span', { class: 'method' });
		const numbers = el('span');
		const rules = el('span', { class: 'rules' });
		return {
			element: el('li', {}, method, numbers, rules),
			update({ item }) {
				// class and method; the package is in the title
				setText(method, item.method.split('.').slice(-2).join('.'));
				setAttribute(method, 'title', item.method);
				setText(numbers, `${plural(item.calls, 'call')}, ${plural(item.errors, 'error')}`
					+ (item.calls > 0 ? ` (${percent(item.errors / item.calls)})` : ''));
				setText(rules, rulesOf(item));
			},
		};
	});
}

function rulesOf({ type, timeout, maxAttempts, idempotent, fallback }) {
	const wayOut = fallback?.description ?? fallback;
	return [
		type,
		timeout && `timeout ${duration(timeout)}`,
		maxAttempts != null && plural(maxAttempts, 'attempt'),
		idempotent != null && (idempotent ? 'idempotent' : 'not idempotent'),
		wayOut && `fallback: ${wayOut}`,
	].filter(Boolean).join(' · ');
}

export function partnerSection(open) {
	const facts = el('dl', { class: 'facts rows' });
	const list = el('ul', { class: 'partners' });
	const link = el('a', { target: '_blank', rel: 'noopener noreferrer' }, 'Open its own page');
	const element = el('section', {}, el('h3', {}, 'Map of the partner'), facts, list, link);
	return {
		element,
		update({ node, dependency: { map }, now }) {
			element.hidden = !map;
			if (!map) {
				return;
			}
			patchFacts(facts, partnerFacts(map, now));
			patchList(list, Object.entries(map.dependencies ?? {}), ([name]) => name, () => partnerView(node, open));
			setAttribute(link, 'href', webAddress(map.url));
			link.hidden = !webAddress(map.url);
		},
	};
}

function partnerFacts({ application, status, checkedAt, problem, cycle, incident }, now) {
	return [
		['Application', application],
		['Status', status],
		['Checked', checkedAt && `${time(checkedAt, now)} (${ago(checkedAt, now)})`, checkedAt],
		['Problem', problem],
		['Cycle', cycle && 'it is further up the chain already'],
		['First to deviate', incident?.firstToDeviate],
		['Since', incident?.since && `${time(incident.since, now)} (${ago(incident.since, now)})`, incident?.since],
		['Advice', incident?.advice],
	];
}

function partnerView(node, open) {
	const link = nodeLink(open);
	const state = el('span');
	return {
		element: el('li', {}, link.element, ' ', state),
		update([name, { type, status }]) {
			link.update([...node.path, name]);
			setTextOrHide(state, [status, type].filter(Boolean).join(', '));
		},
	};
}

/** @returns {string | null} null for anything that a link must not lead to, such as `javascript:` */
function webAddress(url) {
	return /^https?:\/\//i.test(url ?? '') ? url : null;
}
