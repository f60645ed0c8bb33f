/** The dependencies as a list by type, those in trouble first: for many of them, and for narrow screens. */

import { arrange, el, patchList, setText } from './dom.js';
import { plural } from './format.js';
import { TYPES, urgency } from './words.js';

/** From here on the browser is told to leave out what is not in sight. */
const CROWD = 100;

export function groups() {
	const element = el('div', { class: 'groups' });
	return {
		element,
		update(graph, nodes, elementOf) {
			element.classList.toggle('crowd', nodes.length > CROWD);
			patchList(element, groupsOf(nodes), (group) => group.title, (group) => groupView(group, elementOf));
		},
	};
}

function groupsOf(nodes) {
	const own = TYPES.map((type) => ({ title: type, nodes: nodes.filter((node) => !node.parent && node.type === type) }));
	const beyond = { title: 'Behind a partner', nodes: nodes.filter((node) => node.parent) };
	return [...own, beyond].filter((group) => group.nodes.length);
}

function groupView({ title }, elementOf) {
	const summary = el('span', { class: 'summary' });
	const list = el('ul', { class: 'nodes' });
	const element = el('section', { class: 'group' }, el('h3', {}, title, ' ', summary), list);
	return {
		element,
		update({ nodes }) {
			setText(summary, summaryOf(nodes));
			arrange(list, nodes.toSorted(troubledFirst).map(elementOf));
		},
	};
}

function summaryOf(nodes) {
	const counts = ['DOWN', 'DEGRADED']
		.map((status) => [nodes.filter((node) => node.status === status).length, status])
		.filter(([number]) => number);
	return [plural(nodes.length, 'dependency', 'dependencies'), ...counts.map(([number, status]) => `${number} ${status}`)].join(', ');
}

/** Partners' nodes stay in the order of the chain. */
function troubledFirst(one, other) {
	return one.path.length - other.path.length || urgency(one) - urgency(other) || one.name.localeCompare(other.name);
}
