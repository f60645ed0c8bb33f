/** The map as a drawing: the nodes in columns, the edges as lines behind them. */

import { columnsOf, measures } from './columns.js';
import { arrange, el, patchList, setAttribute, setText, svg } from './dom.js';
import { statusIcon } from './icons.js';
import { layout } from './layout.js';

const COLUMN_LABELS = 28;
/** Keeps the focus ring of the outermost nodes in sight; the padding in the style sheet. */
const PADDING = 4;

export function drawing() {
	const edges = svg('svg', { class: 'edges', 'aria-hidden': 'true' });
	const labels = el('div', { class: 'columns', 'aria-hidden': 'true' });
	const application = applicationView();
	const list = el('ul', { class: 'nodes', 'aria-label': 'Dependencies, nearest first' });
	const canvas = el('div', { class: 'canvas' }, edges, labels, application.element, list);
	const element = el('div', { class: 'drawing' }, canvas);
	let drawnFor = null;
	let drawn = null;

	function place(nodes, elementOf, width) {
		const columns = columnsOf(nodes);
		const widths = measures(columns, width - PADDING);
		const height = heights(nodes, elementOf, widths);
		drawn = layout(nodes, columns, widths, (id) => height.get(id));
		size(canvas, drawn.width, drawn.height + COLUMN_LABELS);
		setAttribute(edges, 'width', drawn.width);
		setAttribute(edges, 'height', drawn.height + COLUMN_LABELS);
		patchList(labels, drawn.columns, (column) => column.label, columnLabel);
		move(application.element, drawn.boxes.get(''));
		for (const node of nodes) {
			move(elementOf(node), drawn.boxes.get(node.id));
		}
		arrange(list, inReadingOrder(nodes, drawn.boxes).map(elementOf));
	}

	function heights(nodes, elementOf, { applicationWidth, nodeWidth }) {
		canvas.style.setProperty('--application-width', `${applicationWidth}px`);
		canvas.style.setProperty('--node-width', `${nodeWidth}px`);
		arrange(list, nodes.map(elementOf));
		return new Map([['', application.element.offsetHeight], ...nodes.map((node) => [node.id, elementOf(node).offsetHeight])]);
	}

	return {
		element,
		update(graph, nodes, elementOf, width) {
			application.update(graph);
			const key = JSON.stringify([width, graph.application, nodes.map(shapeOf)]);
			if (nodes.length && key !== drawnFor) {
				place(nodes, elementOf, width);
				drawnFor = key;
			}
			if (nodes.length) {
				// the nodes may have been in groups meanwhile
				arrange(list, inReadingOrder(nodes, drawn.boxes).map(elementOf));
				patchEdges(edges, nodes, drawn.edges);
			}
		},
	};
}

/** Whatever changes the size of a node or its column. */
function shapeOf({ id, type, marks, dependency }) {
	return [id, type, Boolean(dependency.signals), marks.map((mark) => mark.text.length)];
}

function inReadingOrder(nodes, boxes) {
	return nodes.toSorted((one, other) => {
		const [a, b] = [boxes.get(one.id), boxes.get(other.id)];
		return a.x - b.x || a.y - b.y;
	});
}

function patchEdges(parent, nodes, edges) {
	const current = new Map(nodes.map((node) => [node.id, node]));
	// the trail is drawn last, on top
	const ordered = edges.map(({ node, path }) => ({ node: current.get(node.id), path }))
		.sort((one, other) => one.node.onTrail - other.node.onTrail);
	patchList(parent, ordered, ({ node }) => node.id, edgeView);
}

function edgeView() {
	const element = svg('path', { class: 'edge', transform: `translate(0 ${COLUMN_LABELS})` });
	return {
		element,
		update({ node, path }) {
			setAttribute(element, 'd', path);
			setAttribute(element, 'data-status', node.status);
			setAttribute(element, 'data-switch', node.dependency.switch?.position);
			setAttribute(element, 'data-trail', node.onTrail);
		},
	};
}

function columnLabel() {
	const element = el('span');
	return {
		element,
		update({ label, x }) {
			setText(element, label);
			element.style.left = `${x}px`;
		},
	};
}

function applicationView() {
	const icon = statusIcon();
	const name = el('span', { class: 'name' });
	const status = el('span', { class: 'status' });
	const element = el('div', { class: 'application' },
		el('span', { class: 'head' }, icon.element, name), el('span', { class: 'state' }, status));
	return {
		element,
		update(graph) {
			icon.update(graph.status);
			setText(name, graph.application);
			setText(status, graph.status);
			setAttribute(element, 'data-status', graph.status);
		},
	};
}

/** By properties that mean nothing outside of the drawing, where the same elements stand in groups. */
function move(element, { x, y }) {
	element.style.setProperty('--x', `${x}px`);
	element.style.setProperty('--y', `${y + COLUMN_LABELS}px`);
}

function size(element, width, height) {
	element.style.width = `${width}px`;
	element.style.height = `${height}px`;
}
