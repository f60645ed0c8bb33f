/** Which nodes the words in the filter box leave over. */

/**
 * Every word has to be found in the name, the type, the status or a mark; `type:` and `status:` look at one of them
 * only, because DEGRADED is both. The partners on the way to a match stay, or it would hang in the air.
 *
 * @param {import('./graph.js').Node[]} nodes
 * @param {string} query
 */
export function filterNodes(nodes, query) {
	const words = query.toLowerCase().split(/\s+/).filter(Boolean);
	if (!words.length) {
		return nodes;
	}
	const kept = new Set();
	for (const node of nodes) {
		if (words.every((word) => matches(node, word))) {
			withPartners(node).forEach((id) => kept.add(id));
		}
	}
	return nodes.filter((node) => kept.has(node.id));
}

function matches({ name, type, status, marks }, word) {
	const [, field, value] = /^(type|status):(.*)$/.exec(word) ?? [];
	if (field) {
		return { type, status }[field].toLowerCase().includes(value);
	}
	return [name, type, status, ...marks.map((mark) => mark.text)].some((text) => text.toLowerCase().includes(word));
}

function withPartners(node) {
	const steps = node.id.split('/');
	return steps.map((_, index) => steps.slice(0, index + 1).join('/'));
}
