/** The columns of the map: one for each type, then one for each step behind the partners. */

import { TYPES } from './words.js';

const APPLICATION_WIDTH = 120;
const NODE_WIDTH = { least: 154, most: 260 };
const GAP = { least: 28, most: 120 };

/**
 * @typedef {object} Column
 * @property {string} label
 * @property {boolean} partners whether its nodes are of the partners' maps
 * @property {(node: import('./graph.js').Node) => boolean} holds
 */

/**
 * @param {import('./graph.js').Node[]} nodes
 * @returns {Column[]} only those that have nodes
 */
export function columnsOf(nodes) {
	const types = TYPES.map((type) => ({ label: type, partners: false, holds: (node) => !node.parent && node.type === type }));
	const deepest = Math.max(1, ...nodes.map(({ path }) => path.length));
	const partners = Array.from({ length: deepest - 1 }, (_, index) => ({
		label: index ? `${index + 1} steps behind` : 'Behind a partner',
		partners: true,
		holds: (node) => node.path.length === index + 2,
	}));
	return [...types, ...partners].filter((column) => nodes.some(column.holds));
}

/** The widths that make the columns fill `width`, or the least ones when they cannot. */
export function measures(columns, width) {
	const each = (width - APPLICATION_WIDTH) / Math.max(1, columns.length);
	const nodeWidth = Math.floor(clamp(each - clamp(each * 0.24, GAP), NODE_WIDTH));
	return { applicationWidth: APPLICATION_WIDTH, nodeWidth, gap: Math.floor(clamp(each - nodeWidth, GAP)) };
}

function clamp(value, { least, most }) {
	return Math.min(most, Math.max(least, value));
}
