/** The map of the JSON, with the maps of the partners in it, as one flat list of nodes. */

import { marks, TYPES } from './words.js';

/**
 * @typedef {object} Node
 * @property {string} id the encoded names from the application to here, joined by slashes
 * @property {string} name
 * @property {string | null} parent the id of the partner in whose map it stands, null for the application's own
 * @property {string[]} path the names from the application to here
 * @property {string} type
 * @property {string} status
 * @property {boolean} onTrail whether the incident leads through here
 * @property {{ kind: string, text: string }[]} marks
 * @property {object} dependency as it came
 */

/** @returns {{ application: string, status: string, nodes: Node[] }} */
export function graphOf(map) {
	const trail = trailOf(map.incident);
	const nodes = [];
	collect(map, [], trail, nodes);
	return { application: map.application, status: map.status, nodes };
}

export function idOf(path) {
	return path.map(encodeURIComponent).join('/');
}

function trailOf(incident) {
	const path = incident?.path?.length ? incident.path : [incident?.firstToDeviate].filter(Boolean);
	return new Set(path.map((_, index) => idOf(path.slice(0, index + 1))));
}

function collect(map, above, trail, nodes) {
	for (const [name, dependency] of Object.entries(map.dependencies ?? {}).sort(byType)) {
		const path = [...above, name];
		const id = idOf(path);
		nodes.push({
			id,
			name,
			path,
			parent: above.length ? idOf(above) : null,
			type: dependency.type ?? 'OPTIONAL',
			status: dependency.status ?? 'UNKNOWN',
			onTrail: trail.has(id),
			marks: marks(dependency, { first: firstToDeviate(map, name, above) }),
			dependency,
		});
		if (dependency.map) {
			collect(dependency.map, path, trail, nodes);
		}
	}
}

function firstToDeviate(map, name, above) {
	if (map.incident?.firstToDeviate !== name) {
		return null;
	}
	return above.length ? `first to deviate at ${above.at(-1)}` : 'first to deviate';
}

function byType([, one], [, other]) {
	return TYPES.indexOf(one.type) - TYPES.indexOf(other.type);
}
