/** The dependencies: as a map when it can be read as one, or else in groups. The nodes are the same elements in both. */

import { el } from './dom.js';
import { drawing } from './drawing.js';
import { filterNodes } from './filter.js';
import { groups } from './groups.js';
import { nodeView } from './node.js';

/** How many nodes make a map before it is a wall. */
const MOST_NODES = 24;
/** Below this a map is a keyhole. */
const LEAST_WIDTH = 640;
/** With those of the partners. */
const MOST_NODES_WITH_PARTNERS = 2 * MOST_NODES;

/**
 * @param {HTMLElement} container
 * @param {(id: string) => void} open
 */
export function dependencyMap(container, open) {
	const views = new Map();
	const asMap = drawing();
	const asGroups = groups();
	const nothing = el('p', { class: 'nothing' });
	container.append(asMap.element, asGroups.element, nothing);
	let shown = null;

	container.addEventListener('keydown', moveFocus);
	new ResizeObserver(() => {
		if (shown && shown.width !== container.clientWidth) {
			draw(shown.graph, shown.visible);
		}
	}).observe(container);

	function draw(graph, visible) {
		const width = container.clientWidth;
		const drawn = fits(graph, width);
		shown = { graph, visible, width };
		asMap.element.hidden = !drawn || !visible.length;
		asGroups.element.hidden = drawn || !visible.length;
		nothing.hidden = visible.length > 0;
		nothing.textContent = graph.nodes.length ? 'Nothing matches the filter.' : 'There are no dependencies yet.';
		const focused = document.activeElement;
		(drawn ? asMap : asGroups).update(graph, visible, (node) => views.get(node.id).element, width);
		if (focused !== document.activeElement && focused?.isConnected) {
			// moving an element between the two takes the focus from it
			focused.focus({ preventScroll: true });
		}
	}

	return {
		/** @returns {number} how many nodes the filter left over */
		update(graph, query, selected) {
			const visible = filterNodes(graph.nodes, query);
			takeOutAllBut(visible);
			forgetAllBut(graph.nodes);
			for (const node of graph.nodes) {
				const view = views.get(node.id) ?? nodeView(node, open);
				views.set(node.id, view);
				view.update(node, node.id === selected);
			}
			draw(graph, visible);
			return visible.length;
		},
		/** @returns {HTMLButtonElement | undefined} */
		button: (id) => views.get(id)?.button,
	};

	function takeOutAllBut(visible) {
		const ids = new Set(visible.map((node) => node.id));
		views.forEach((view, id) => ids.has(id) || view.element.remove());
	}

	function forgetAllBut(nodes) {
		const ids = new Set(nodes.map((node) => node.id));
		views.forEach((_, id) => ids.has(id) || views.delete(id));
	}
}

function fits({ nodes }, width) {
	const own = nodes.filter((node) => !node.parent).length;
	return width >= LEAST_WIDTH && own <= MOST_NODES && nodes.length <= MOST_NODES_WITH_PARTNERS;
}

/** Arrow keys go from node to node, in reading order. */
function moveFocus(event) {
	const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
	const buttons = [...event.currentTarget.querySelectorAll('.dependency')];
	const index = buttons.indexOf(document.activeElement);
	if (step && index >= 0 && buttons[index + step]) {
		event.preventDefault();
		buttons[index + step].focus();
	}
}
