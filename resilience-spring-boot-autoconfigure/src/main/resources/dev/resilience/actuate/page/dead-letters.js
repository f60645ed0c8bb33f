/** What waits to be delivered and what died on the way; with write access, to send again or to throw away. */

import { fetchDeliveries, settle } from './api.js';
import { confirmed } from './dialogs.js';
import { el, patchList, setText, setTextOrHide } from './dom.js';
import { patchFacts } from './facts.js';
import { count, duration, plural, time } from './format.js';

export function deadLetters(name, changed) {
	const facts = el('dl', { class: 'facts' });
	const list = el('ul', { class: 'letters' });
	const pages = pager((step) => turn(step));
	const all = el('div', { class: 'buttons' });
	const problem = el('p', { class: 'problem', role: 'alert', hidden: true });
	const title = el('h3', { tabindex: -1 }, 'Deliveries');
	const element = el('section', { class: 'deliveries' }, title, facts, list, pages.element, all, problem);
	let page = 0;
	let answer = null;
	let view = null;

	function update(next) {
		view = next;
		const delivery = { ...view.dependency.delivery, nextDue: answer?.nextDue };
		element.hidden = !view.dependency.delivery;
		patchFacts(facts, factsOf(delivery, view.now));
		const letters = delivery.dead > 0 ? (answer?.deadLetters ?? []) : [];
		const items = letters.map((letter) => ({ letter, now: view.now, writeAccess: view.writeAccess }));
		patchList(list, items, ({ letter, writeAccess }) => `${letter.id} ${writeAccess}`, (item) => letterView(item, act));
		pages.update(answer);
		patchList(all, view.writeAccess && letters.length > 1 ? ['requeue', 'discard'] : [], (action) => action,
			(action) => ({ element: actionButton(`${capital(action)} all`, () => act(action, 'all')) }));
	}

	async function load() {
		if (!view?.dependency.delivery) {
			return;
		}
		try {
			answer = await fetchDeliveries(name, page);
			update(view);
		} catch {
			// what was listed stays; the banner tells when the application is silent
		}
	}

	function turn(step) {
		page = Math.max(0, page + step);
		load();
	}

	async function act(action, id) {
		const question = id === 'all' ? questionForAll(action, name, answer.dead) : questionForOne(action, name, id);
		if (!await confirmed(question)) {
			return;
		}
		setTextOrHide(problem, null);
		try {
			await settle(name, action, id);
			changed();
		} catch (failure) {
			setTextOrHide(problem, failure.reason ?? `Nothing was done: the application ${failure.message}.`);
		}
		await load();
		if (document.activeElement === document.body) {
			// the button went with its letter
			title.focus();
		}
	}

	return { element, update, load };
}

function questionForOne(action, name, id) {
	return action === 'requeue'
		? { title: `Requeue dead letter ${id}?`, text: `It is delivered to ${name} again.`, action: 'Requeue' }
		: { title: `Discard dead letter ${id}?`, text: `It is deleted and never reaches ${name}. This cannot be undone.`, action: 'Discard' };
}

function questionForAll(action, name, dead) {
	return action === 'requeue'
		? { title: `Requeue all ${dead} dead letters?`, text: `They are delivered to ${name} again.`, action: 'Requeue all' }
		: { title: `Discard all ${dead} dead letters?`, text: `They are deleted and never reach ${name}. This cannot be undone.`, action: 'Discard all' };
}

function factsOf({ pending, dead, oldest, nextDue, durable }, now) {
	return [
		['Pending', count(pending)],
		['Dead', count(dead)],
		['Oldest', oldest && duration(oldest)],
		['Next due', nextDue && time(nextDue, now), nextDue],
		['Durable', durable != null && (durable ? 'yes' : 'no')],
	];
}

function letterView({ letter, writeAccess }, act) {
	const operation = el('span', { class: 'method', title: letter.operation });
	const reason = el('span');
	const times = el('span', { class: 'rules' });
	const payload = el('pre', { tabindex: 0 });
	const failure = el('span');
	const buttons = writeAccess && el('div', { class: 'buttons' },
		actionButton('Requeue', () => act('requeue', letter.id), `Requeue ${letter.id}`),
		actionButton('Discard', () => act('discard', letter.id), `Discard ${letter.id}`));
	return {
		element: el('li', {}, operation, reason, times,
			el('details', {}, el('summary', {}, 'Failure and arguments'), failure, payload), buttons || null),
		update({ letter: { operation: method, reason: why, acceptedAt, diedAt, attempts, failure: kind, exception, arguments: values }, now }) {
			setText(operation, String(method ?? '').split('.').slice(-2).join('.'));
			setText(reason, why);
			setText(times, [`accepted ${time(acceptedAt, now)}`, `died ${time(diedAt, now)}`, plural(attempts, 'attempt')].join(' · '));
			setText(failure, [kind, exception].filter(Boolean).join(': '));
			setText(payload, typeof values === 'string' ? values : JSON.stringify(values, null, 2));
		},
	};
}

function actionButton(label, onclick, spoken) {
	return el('button', { type: 'button', onclick, 'aria-label': spoken }, label);
}

function pager(turn) {
	const position = el('span');
	const back = el('button', { type: 'button', onclick: () => turn(-1) }, 'Newer');
	const forth = el('button', { type: 'button', onclick: () => turn(1) }, 'Older');
	const element = el('div', { class: 'buttons', hidden: true }, back, forth, position);
	return {
		element,
		update(answer) {
			const last = answer ? Math.ceil(answer.dead / answer.size) - 1 : 0;
			element.hidden = !(last > 0);
			back.disabled = !answer?.page;
			forth.disabled = answer?.page >= last;
			setText(position, answer && `page ${answer.page + 1} of ${last + 1}`);
		},
	};
}

function capital(text) {
	return text[0].toUpperCase() + text.slice(1);
}
