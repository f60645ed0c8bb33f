/** Where the nodes of the map stand and how the edges run. Ranks and order are dagre's, and so is the place across. */

import { layout as arrange, Graph } from './dagre.js';
import { pack } from './packing.js';

const APPLICATION = '';
const GAP = { nodes: 14, lanes: 7 };

/**
 * Something in a column: a node, or the lane that an edge takes through the column on its way further right.
 *
 * @typedef {object} Stop
 * @property {number} column 0 is the application's
 * @property {number} x the left side
 * @property {number} y the centre
 * @property {number} width
 * @property {number} size its height
 * @property {number} order where dagre put it, which decides what is above what
 * @property {Stop | null} before the one that the edge comes from
 */

/**
 * @param {import('./graph.js').Node[]} nodes
 * @param {import('./columns.js').Column[]} columns
 * @param {{ applicationWidth: number, nodeWidth: number, gap: number }} widths
 * @param {(id: string) => number} heightOf by id, the empty one is the application
 */
export function layout(nodes, columns, widths, heightOf) {
	const ranked = dagre(nodes, columns, widths, heightOf);
	const stops = new Map([[APPLICATION, ranked.stop(APPLICATION, null)]]);
	const lanes = new Map();
	for (const node of nodes) {
		let before = stops.get(node.parent ?? APPLICATION);
		lanes.set(node.id, ranked.lanes(node).map((lane) => (before = { ...lane, before })));
		stops.set(node.id, ranked.stop(node.id, before));
	}
	const all = [...stops.values(), ...[...lanes.values()].flat()];
	compact(columns, all);
	return {
		columns: columns.map(({ label }, index) => ({ label, x: ranked.columnX(index + 1) })),
		boxes: new Map([...stops].map(([id, { x, y, width, size }]) => [id, { x, y: Math.round(y - size / 2), width, height: size }])),
		edges: nodes.map((node) => ({ node, path: pathTo(stops.get(node.id)) })),
		width: Math.max(...all.map(({ x, width }) => x + width)),
		height: Math.ceil(Math.max(...all.map(({ y, size }) => y + size / 2))),
	};
}

/** What dagre says, by the id of the node. */
function dagre(nodes, columns, widths, heightOf) {
	const rank = new Map([[APPLICATION, 0], ...nodes.map((node) => [node.id, 1 + columns.findIndex((column) => column.holds(node))])]);
	// dagre keeps its nodes in plain objects, where a dependency named __proto__ would not be at home
	const key = new Map([...rank.keys()].map((id, index) => [id, `n${index}`]));
	const graph = new Graph().setGraph({ rankdir: 'LR', ranksep: widths.gap }).setDefaultEdgeLabel(() => ({}));
	for (const id of rank.keys()) {
		const width = id === APPLICATION ? widths.applicationWidth : widths.nodeWidth;
		graph.setNode(key.get(id), { width, height: heightOf(id) });
	}
	for (const { id, parent } of nodes) {
		const from = parent ?? APPLICATION;
		graph.setEdge(key.get(from), key.get(id), { minlen: rank.get(id) - rank.get(from) });
	}
	// a tree needs no search for fewer crossings, and so keeps the order of the JSON from top to bottom
	arrange(graph, { disableOptimalOrderHeuristic: true });

	const centres = [...rank].reduce((all, [id, column]) => all.with(column, graph.node(key.get(id)).x), Array(columns.length + 1).fill(0));
	const columnX = (column) => Math.round(centres[column] - widths.nodeWidth / 2);
	return {
		columnX,
		/** @returns {Stop} */
		stop(id, before) {
			const { x, y, width, height } = graph.node(key.get(id));
			return { column: rank.get(id), x: Math.round(x - width / 2), y: 0, width, size: height, order: y, before };
		},
		/** @returns {Stop[]} one for each column between the two ends */
		lanes({ id, parent }) {
			const { points } = graph.edge(key.get(parent ?? APPLICATION), key.get(id));
			const passed = centres.map((_, column) => column).slice(rank.get(parent ?? APPLICATION) + 1, rank.get(id));
			return passed.map((column) => ({
				column, x: columnX(column), y: 0, width: widths.nodeWidth, size: 0, order: nearest(points, centres[column]).y,
			}));
		},
	};
}

function nearest(points, x) {
	return points.reduce((best, point) => (Math.abs(point.x - x) < Math.abs(best.x - x) ? point : best));
}

/**
 * dagre keeps edges straight, which makes stairs as high as all nodes together. Edges that bend between the columns
 * let every column close up around the middle. Lanes, and nodes behind a partner, stay level with what they come from.
 */
function compact(columns, stops) {
	for (const [index, { partners }] of columns.entries()) {
		const column = stops.filter((stop) => stop.column === index + 1).sort((one, other) => one.order - other.order);
		const wanted = (stop) => (partners || stop.size === 0 ? stop.before.y : 0);
		const centres = pack(column.map((stop) => ({ size: stop.size, wanted: wanted(stop) })), gap);
		column.forEach((stop, position) => { stop.y = centres[position]; });
	}
	const top = Math.min(...stops.map(({ y, size }) => y - size / 2));
	stops.forEach((stop) => { stop.y -= top; });
}

function gap(above, below) {
	return above.size === 0 && below.size === 0 ? GAP.lanes : GAP.nodes;
}

/** Bends between the columns, and runs straight through them. */
function pathTo(stop) {
	const { before } = stop;
	const [x, y] = [before.x + before.width, before.y];
	const middle = (x + stop.x) / 2;
	const bend = `C${middle} ${round(y)} ${middle} ${round(stop.y)} ${stop.x} ${round(stop.y)}`;
	const start = before.size === 0 ? `${pathTo(before)}H${x}` : `M${x} ${round(y)}`;
	return start + bend;
}

function round(value) {
	return Math.round(value * 10) / 10;
}
