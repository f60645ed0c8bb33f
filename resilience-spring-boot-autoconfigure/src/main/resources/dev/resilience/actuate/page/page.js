/** The page: asks for the map, and shows it everywhere. */

import { announcer } from './announcer.js';
import { fetchMap } from './api.js';
import { detailsPanel } from './details.js';
import { offerText } from './dialogs.js';
import { setText } from './dom.js';
import { plural } from './format.js';
import { graphOf } from './graph.js';
import { onHashChange, readHash, writeHash } from './hash.js';
import { header } from './header.js';
import { incidentView } from './incident.js';
import { dependencyMap } from './map.js';
import { mermaidOf } from './mermaid.js';
import { pastIncidents } from './past-incidents.js';
import { poll } from './poll.js';
import { staleBanner } from './stale.js';
import { warningsView } from './warnings.js';

const filter = document.getElementById('filter');
const top = header();
const stale = staleBanner();
const views = [announcer(), incidentView(open), warningsView(open), pastIncidents(open)];
const nodes = dependencyMap(document.getElementById('map'), open);
const details = detailsPanel({
	open,
	close() {
		writeHash({ open: null });
		render();
	},
	changed: () => askAgain(),
	buttonOf: nodes.button,
});

let map = null;
let graph = null;

filter.value = readHash().filter;
const askAgain = poll(fetchMap, answered, failed);

function answered(answer) {
	map = answer;
	graph = graphOf(map);
	stale.answered(map);
	top.update(map);
	views.forEach((update) => update(map));
	render();
	details.refresh();
}

function failed(failure) {
	stale.failed(failure);
	top.lost();
}

/** What depends on the address besides the map. */
function render() {
	if (!graph) {
		return;
	}
	const selected = readHash().open;
	const number = nodes.update(graph, filter.value, selected);
	const all = plural(graph.nodes.length, 'dependency', 'dependencies');
	setText(document.getElementById('count'), filter.value ? `${number} of ${graph.nodes.length}` : all);
	details.show(graph.nodes.find((node) => node.id === selected) ?? null, map);
}

/** @param {string} id @param {string} [part] of the panel to go to */
function open(id, part) {
	if (!graph.nodes.some((node) => node.id === id)) {
		// an incident may name a dependency that is gone
		return;
	}
	writeHash({ open: id });
	render();
	nodes.button(id)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
	details.refresh();
	details.focus(part);
}

filter.addEventListener('input', () => {
	writeHash({ filter: filter.value });
	render();
});

onHashChange(() => {
	if (filter.value !== readHash().filter) {
		filter.value = readHash().filter;
	}
	render();
});

document.querySelector('.skip').addEventListener('click', (event) => {
	// the address belongs to the filter and the open dependency
	event.preventDefault();
	document.getElementById('dependencies').focus();
});

document.getElementById('copy-mermaid').addEventListener('click', async () => {
	if (!graph) {
		return;
	}
	const text = mermaidOf(graph);
	try {
		await navigator.clipboard.writeText(text);
		setText(document.getElementById('copied'), 'Copied');
		setTimeout(() => setText(document.getElementById('copied'), ''), 3000);
	} catch {
		offerText('Mermaid', text);
	}
});
