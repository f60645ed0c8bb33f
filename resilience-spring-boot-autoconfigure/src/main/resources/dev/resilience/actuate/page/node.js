/** One dependency on the map: a button that keeps its elements for as long as the dependency exists. */

import { el, patchList, setAttribute, setText } from './dom.js';
import { millis, percent, rate } from './format.js';
import { statusIcon } from './icons.js';
import { sparkline } from './sparkline.js';

/** Error rates up to this fill the sparkline only in part. */
const NOTABLE_ERROR_RATE = 0.1;

let described = 0;

/**
 * @param {import('./graph.js').Node} node
 * @param {(id: string) => void} open
 */
export function nodeView({ id, name, path }, open) {
	const icon = statusIcon();
	const status = el('span', { class: 'status' });
	const type = el('span', { class: 'type' });
	const figures = figureRow();
	const marks = el('span', { class: 'marks' });
	const behind = path.length > 1 ? `behind ${path.slice(0, -1).join(' › ')}` : null;
	const button = el('button', {
		type: 'button', class: 'dependency', 'data-dependency': name, 'data-via': path.slice(0, -1).join(' › ') || null,
		'aria-describedby': figures.element.id, onclick: () => open(id),
	},
	el('span', { class: 'head' }, icon.element, el('span', { class: 'name', title: name }, name)), ' ',
	el('span', { class: 'state' }, status, ' ', type), ' ',
	behind && el('span', { class: 'behind', title: behind }, behind), ' ',
	figures.element,
	marks);
	const element = el('li', { class: 'node' }, button);

	return {
		element,
		button,
		update(node, selected) {
			const { dependency } = node;
			setText(status, node.status);
			setText(type, node.type);
			icon.update(node.status);
			figures.update(dependency.signals);
			patchList(marks, node.marks, (mark) => mark.kind, markView);
			setAttribute(button, 'data-status', node.status);
			setAttribute(button, 'data-breaker', dependency.breaker?.state);
			setAttribute(button, 'data-switch', dependency.switch?.position);
			setAttribute(button, 'data-trail', node.onTrail);
			setAttribute(button, 'aria-expanded', String(selected));
		},
	};
}

/** Something out of the ordinary, such as an open breaker. */
export function markView({ kind }) {
	const element = el('span', { class: 'mark', 'data-mark': kind });
	// the space is for those who hear the marks in a row
	return { element, update: (mark) => setText(element, `${mark.text} `) };
}

function figureRow() {
	const calls = figure('rate');
	const errors = figure('errors', NOTABLE_ERROR_RATE);
	const slowest = figure('p99');
	// they describe the button, but are not its name: a name that changes every two seconds is none
	const element = el('span', { class: 'figures', id: `figures-${described++}`, 'aria-hidden': 'true' },
		calls.element, errors.element, slowest.element);
	return {
		element,
		update(signals) {
			element.hidden = !signals;
			calls.update(rate(signals?.throughput), signals?.trend?.throughput);
			errors.update(percent(signals?.errorRate), signals?.trend?.errorRate);
			slowest.update(millis(signals?.latency?.p99), signals?.trend?.p99);
		},
	};
}

function figure(label, least) {
	const value = el('span', { class: 'value' });
	const spark = sparkline(least);
	const element = el('span', { class: 'figure', 'data-figure': label },
		spark.element, value, el('span', { class: 'label' }, ` ${label}`));
	return {
		element,
		update(text, trend) {
			setText(value, text);
			spark.update(trend);
		},
	};
}
