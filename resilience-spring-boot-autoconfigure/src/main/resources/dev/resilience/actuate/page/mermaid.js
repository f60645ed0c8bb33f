/** The map as a Mermaid flowchart, for a ticket or a chat. */

import { millis, percent, rate } from './format.js';

const STYLES = {
	UP: 'fill:#e3f3ee,stroke:#00705a,color:#12201c',
	DEGRADED: 'fill:#fdf1d8,stroke:#8a5a00,color:#2a1f08',
	DOWN: 'fill:#fbe5df,stroke:#b3311a,color:#2e120b,stroke-width:2px',
	UNKNOWN: 'fill:#eef0f2,stroke:#5c6670,color:#1b2026',
};

/** @param {{ application: string, status: string, nodes: import('./graph.js').Node[] }} graph */
export function mermaidOf({ application, status, nodes }) {
	const names = new Map(nodes.map((node, index) => [node.id, `n${index + 1}`]));
	return [
		'flowchart LR',
		...Object.entries(STYLES).map(([name, style]) => `\tclassDef ${name} ${style}`),
		`\tapp([${label([application, status])}]):::${classOf(status)}`,
		...nodes.map((node) => `\t${names.get(node.id)}[${label(linesOf(node))}]:::${classOf(node.status)}`),
		...nodes.map((node) => `\t${names.get(node.parent) ?? 'app'} ${arrow(node)} ${names.get(node.id)}`),
		'',
	].join('\n');
}

function linesOf({ name, type, status, marks, dependency: { signals } }) {
	const figures = signals && [rate(signals.throughput), percent(signals.errorRate), `p99 ${millis(signals.latency?.p99)}`].join(', ');
	return [name, `${type}, ${status}`, figures, marks.map((mark) => mark.text).join(', ')].filter(Boolean);
}

function label(lines) {
	return `"${lines.map(escape).join('<br/>')}"`;
}

/** Whatever is not a letter, a digit or harmless becomes Mermaid's own `#code;`, so nothing can end the label. */
function escape(text) {
	return text.replace(/\s/g, ' ').replace(/[^\p{L}\p{N} _.,:/–-]/gu, (character) => `#${character.codePointAt(0)};`);
}

function classOf(status) {
	return status in STYLES ? status : 'UNKNOWN';
}

function arrow({ onTrail, dependency }) {
	return onTrail ? '==>' : dependency.switch?.position === 'OFF' ? '-.->' : '-->';
}
