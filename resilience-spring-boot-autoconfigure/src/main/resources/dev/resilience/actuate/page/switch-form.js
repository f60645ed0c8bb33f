/** The switch: where it stands, and with write access the form to throw it. A refresh never touches what was typed. */

import { throwSwitch } from './api.js';
import { el, setAttribute, setText, setTextOrHide } from './dom.js';
import { patchFacts } from './facts.js';
import { duration } from './format.js';
import { effect, scope } from './words.js';

const POSITIONS = ['auto', 'off', 'bypass'];

export function switchSection(name, changed) {
	const list = el('dl', { class: 'facts' });
	const element = el('section', { class: 'switch' }, el('h3', {}, 'Switch'), list);
	let form = null;
	return {
		element,
		update({ dependency, writeAccess }) {
			const state = dependency.switch;
			element.hidden = !state;
			patchFacts(list, [
				['Position', state?.position],
				['Scope', state?.scope],
				['Remaining', state?.remaining && duration(state.remaining)],
				['Reason', state?.reason],
			]);
			if (!writeAccess || !state) {
				form?.element.remove();
				form = null;
				return;
			}
			form ??= switchForm(name, dependency, changed);
			if (!form.element.isConnected) {
				element.append(form.element);
			}
			form.update(dependency);
		},
	};
}

function switchForm(name, dependency, changed) {
	const consequence = el('p', { class: 'effect', id: 'switch-effect', 'aria-live': 'polite' });
	const button = el('button', { type: 'submit' });
	const outcome = el('p', { class: 'outcome', role: 'status' });
	const problem = el('p', { class: 'problem', role: 'alert', hidden: true });
	const form = el('form', { id: 'switch-form', onsubmit: submit, onchange: explain },
		el('fieldset', { class: 'positions', 'aria-describedby': 'switch-effect' },
			el('legend', {}, 'Position'), ...POSITIONS.map(positionField)),
		consequence,
		el('label', {}, 'Reason', el('input', { name: 'reason', autocomplete: 'off', placeholder: 'optional' })),
		el('label', {}, 'Duration', el('input', {
			name: 'duration', autocomplete: 'off', autocapitalize: 'off', placeholder: '15m; empty: until changed', spellcheck: 'false',
		})),
		button, outcome, problem);
	const fields = form.elements;
	let current = dependency;
	let sending = false;
	let untouched = true;

	function explain(event) {
		untouched &&= event?.target.name !== 'position';
		const position = fields.position.value;
		setText(consequence, [effect(position, name, current), scope(current)].filter(Boolean).join(' '));
		// to say the same again, perhaps for longer, is possible but not what the page suggests
		button.classList.toggle('primary', position !== positionOf(current));
		setText(button, position === 'off' ? `Switch ${name} off` : `Switch ${name} to ${position}`);
	}

	async function submit(event) {
		event.preventDefault();
		if (sending) {
			return;
		}
		sending = true;
		setAttribute(button, 'aria-disabled', 'true');
		setTextOrHide(problem, null);
		setText(outcome, 'Switching…');
		try {
			await throwSwitch(name, requestOf(fields));
			setText(outcome, `Done: ${name} is ${fields.position.value === 'off' ? 'off' : `on ${fields.position.value}`} now.`);
			fields.reason.value = fields.duration.value = '';
			untouched = true;
			changed();
		} catch (failure) {
			setText(outcome, '');
			setTextOrHide(problem, failure.reason ?? `${name} was not switched: the application ${failure.message}.`);
		}
		sending = false;
		setAttribute(button, 'aria-disabled', null);
	}

	fields.position.value = positionOf(dependency);
	return {
		element: form,
		update(next) {
			const moved = positionOf(next) !== positionOf(current);
			current = next;
			if (moved && untouched) {
				fields.position.value = positionOf(next);
			}
			explain();
		},
	};
}

function positionField(position) {
	return el('label', {}, el('input', { type: 'radio', name: 'position', value: position }), position);
}

function positionOf(dependency) {
	return (dependency.switch?.position ?? 'AUTO').toLowerCase();
}

function requestOf(fields) {
	const request = { position: fields.position.value };
	for (const name of ['reason', 'duration']) {
		const value = fields[name].value.trim();
		if (value) {
			request[name] = value;
		}
	}
	return request;
}
