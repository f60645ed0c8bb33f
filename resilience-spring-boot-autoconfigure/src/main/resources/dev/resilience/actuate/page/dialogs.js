/** Asks before something that cannot be taken back. Resolves to whether it was confirmed. */

import { el } from './dom.js';

/** @param {{ title: string, text: string, action: string }} question */
export function confirmed({ title, text, action }) {
	const dialog = el('dialog', { class: 'question', 'aria-labelledby': 'question-title', 'aria-describedby': 'question-text' },
		el('h2', { id: 'question-title' }, title),
		el('p', { id: 'question-text' }, text),
		el('div', { class: 'buttons' },
			el('button', { type: 'button', autofocus: true, onclick: () => dialog.close() }, 'Cancel'),
			el('button', { type: 'button', class: 'primary', onclick: () => dialog.close('yes') }, action)));
	document.body.append(dialog);
	dialog.showModal();
	return new Promise((resolve) => {
		dialog.addEventListener('close', () => {
			dialog.remove();
			resolve(dialog.returnValue === 'yes');
		});
	});
}

/** A text to copy by hand, where the clipboard is out of reach. */
export function offerText(title, text) {
	const area = el('textarea', { readonly: true, rows: 16, 'aria-label': title });
	area.value = text;
	const dialog = el('dialog', { class: 'question wide', 'aria-labelledby': 'offer-title' },
		el('h2', { id: 'offer-title' }, title),
		area,
		el('div', { class: 'buttons' }, el('button', { type: 'button', onclick: () => dialog.close() }, 'Close')));
	dialog.addEventListener('close', () => dialog.remove());
	document.body.append(dialog);
	dialog.showModal();
	area.focus();
	area.select();
}
