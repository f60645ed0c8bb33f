/** What the panel says about one dependency; built once for it, then patched. */

import { fetchHistory } from './api.js';
import { historyChart } from './chart.js';
import { deadLetters } from './dead-letters.js';
import { el, patchList, setAttribute, setText, setTextOrHide } from './dom.js';
import { factsSection } from './facts.js';
import * as facts from './details-facts.js';
import { closeIcon, statusIcon } from './icons.js';
import { failuresSection, operationsSection, partnerSection, transitionsSection, warningsSection } from './details-lists.js';
import { markView } from './node.js';
import { switchSection } from './switch-form.js';

const HISTORY_EVERY = 4000;

/**
 * @typedef {object} View what the sections are updated with
 * @property {import('./graph.js').Node} node
 * @property {object} dependency
 * @property {string} now
 * @property {boolean} writeAccess
 * @property {object | null} history
 *
 * @param {import('./graph.js').Node} node
 * @param {{ open: (id: string) => void, close: () => void, changed: () => void }} page
 */
export function detailsContent({ id, name, parent }, page) {
	const head = panelHead(name, page.close);
	const chart = historyChart();
	const letters = deadLetters(name, page.changed);
	const sections = [
		warningsSection(),
		factsSection('Signals', facts.signals),
		parent ? null : switchSection(name, page.changed),
		chart,
		factsSection('Breaker', facts.breaker),
		transitionsSection(),
		failuresSection(),
		letters,
		factsSection('Policy', facts.policy, 'facts rows'),
		operationsSection(),
		factsSection('Limits', facts.limits, 'facts rows'),
		factsSection('Health check', facts.healthCheck, 'facts rows'),
		factsSection('Availability', facts.availability, 'facts rows'),
		partnerSection(page.open),
	].filter(Boolean);
	const element = el('div', { class: 'panel' }, head.element, head.intro, ...sections.map((section) => section.element));
	let history = null;
	let view = null;
	let loaded = -Infinity;
	let loading = false;

	function update(node, map) {
		view = { node, dependency: node.dependency, now: map.generatedAt, writeAccess: map.writeAccess === true, history };
		head.update(view);
		sections.forEach((section) => section.update(view));
	}

	/** The history is large: it is asked for more rarely than the map. */
	async function load() {
		if (parent || loading || performance.now() - loaded < HISTORY_EVERY) {
			return;
		}
		loading = true;
		await Promise.all([loadHistory(), letters.load()]);
		loading = false;
		loaded = performance.now();
	}

	async function loadHistory() {
		try {
			history = await fetchHistory(name);
		} catch (problem) {
			// what was drawn stays when the application is silent; 404 means that there is none
			history = problem.status === 404 ? null : history;
		}
		if (element.isConnected) {
			view = { ...view, history };
			sections.forEach((section) => section.update(view));
		}
	}

	return { id, element, update, load, dispose: chart.dispose };
}

function panelHead(name, close) {
	const icon = statusIcon();
	const status = el('span', { class: 'status' });
	const type = el('span', { class: 'type' });
	const marks = el('p', { class: 'marks' });
	const behind = el('p', { class: 'behind' });
	const description = el('p', { class: 'description' });
	const intro = el('div', { class: 'panel-intro' }, behind, marks, description);
	const element = el('div', { class: 'panel-head' },
		el('div', { class: 'bar' },
			el('h2', { id: 'details-title', tabindex: -1 }, name),
			el('span', { class: 'not-live' }, 'not live'),
			el('button', { type: 'button', class: 'close', 'aria-label': 'Close details', onclick: close }, closeIcon())),
		el('p', { class: 'state' }, icon.element, status, type));
	return {
		element,
		intro,
		update({ node, dependency }) {
			icon.update(node.status);
			setText(status, node.status);
			setText(type, node.type);
			setAttribute(element, 'data-status', node.status);
			setTextOrHide(behind, node.parent && `behind ${node.path.slice(0, -1).join(' › ')}, as ${node.path.at(-2)} reports it`);
			patchList(marks, node.marks, (mark) => mark.kind, markView);
			setTextOrHide(description, dependency.description);
		},
	};
}
