/** The story of the incident: who started it, what to do, what users feel, and how it went on. */

import { el, patchList, setText, setTextOrHide } from './dom.js';
import { moment } from './moment.js';
import { nodeLink } from './node-link.js';
import { inTimeOrder, stepView } from './steps.js';
import { category, felt } from './words.js';

/** More are in trouble than anybody reads: the map has them all. */
const MOST_FELT = 6;

/** @param {(id: string, part?: string) => void} open */
export function incidentView(open) {
	const section = document.getElementById('incident');
	const since = moment();
	const first = nodeLink(open);
	const title = el('span');
	const kind = el('p', { class: 'category' });
	const trail = trailView(open);
	const advice = el('p', { class: 'advice' });
	const toSwitch = el('button', { type: 'button', class: 'primary' });
	const felts = listPart('What users feel', 'ul', ({ name }) => name, () => feltView(open));
	const sequence = listPart('Sequence', 'ol', ({ dependency, signal }) => `${dependency} ${signal}`, () => stepView(open));
	const figures = listPart('Figures', 'ul', (figure) => figure, figureView);
	section.append(
		el('div', { class: 'lead' },
			el('p', { class: 'eyebrow' }, 'Incident since ', since.element),
			el('h2', { id: 'incident-title' }, first.element, title),
			kind, trail.element, figures.element),
		el('div', { class: 'todo' }, el('h3', {}, 'What to do'), advice, toSwitch),
		felts.element, sequence.element);
	let name = null;
	toSwitch.addEventListener('click', () => open(encodeURIComponent(name), 'switch-form'));

	return (map) => {
		const { incident } = map;
		section.hidden = !incident;
		if (!incident) {
			return;
		}
		name = incident.firstToDeviate;
		since.update(incident.since, map.generatedAt, { withAge: true });
		first.element.hidden = !name;
		first.update([name ?? '']);
		setText(title, name ? ' was first to deviate' : 'Several deviated at once');
		setTextOrHide(kind, category(incident.category));
		trail.update(incident.path ?? []);
		setTextOrHide(advice, incident.advice);
		setText(toSwitch, `Open the ${map.writeAccess ? 'switch' : 'details'} of ${name}`);
		toSwitch.hidden = !name || !map.dependencies?.[name];
		felts.update(feltBy(map), map.generatedAt);
		sequence.update(inTimeOrder(incident.sequence), map.generatedAt);
		figures.update(incident.figures ?? [], map.generatedAt);
	};
}

/** Critical ones first, as the server sends no order of its own. */
function feltBy(map) {
	const effects = Object.entries(map.dependencies ?? {})
		.map(([name, dependency]) => ({ name, type: dependency.type, text: felt(dependency) }))
		.filter(({ text }) => text)
		.sort((one, other) => one.type.localeCompare(other.type));
	const shown = effects.slice(0, MOST_FELT);
	const more = effects.length - shown.length;
	return more ? [...shown, { name: '', text: `and ${more} more, see the map` }] : shown;
}

function listPart(title, tag, key, create) {
	const list = el(tag);
	const element = el('div', { class: 'part' }, el('h3', {}, title), list);
	return {
		element,
		update(items, now) {
			element.hidden = !items.length;
			patchList(list, items.map((item) => ({ item, now })), ({ item }) => key(item), create);
		},
	};
}

function trailView(open) {
	const list = el('ol');
	const element = el('div', { class: 'trail' }, el('span', {}, 'Trail'), list);
	return {
		element,
		update(path) {
			element.hidden = path.length < 2;
			const steps = path.map((_, index) => path.slice(0, index + 1));
			patchList(list, steps, (step) => step.length, () => {
				const link = nodeLink(open);
				return { element: el('li', {}, link.element), update: link.update };
			});
		},
	};
}

function feltView(open) {
	const link = nodeLink(open);
	const type = el('span', { class: 'type' });
	const text = el('span');
	return {
		element: el('li', {}, link.element, ' ', type, ' ', text),
		update({ item }) {
			link.update([item.name]);
			link.element.hidden = !item.name;
			setTextOrHide(type, item.type);
			setText(text, item.text);
		},
	};
}

function figureView() {
	const element = el('li');
	return { element, update: ({ item }) => setText(element, item) };
}
