/** The panel: opens beside the map, or over everything on a narrow screen; the focus goes in and comes back. */

import { setAttribute } from './dom.js';
import { detailsContent } from './details-content.js';

const narrow = matchMedia('(max-width: 899px)');

/**
 * @param {object} page
 * @param {() => void} page.close
 * @param {() => void} page.changed something was switched or settled
 * @param {(id: string) => void} page.open
 * @param {(id: string) => HTMLElement | undefined} page.buttonOf the node on the map
 */
export function detailsPanel(page) {
	const panel = document.getElementById('details');
	let content = null;
	let opener = null;

	function open(node) {
		opener ??= document.activeElement;
		content?.dispose();
		content = detailsContent(node, page);
		panel.replaceChildren(content.element);
		panel.scrollTop = 0;
		panel.hidden = false;
		fitScreen();
	}

	function close() {
		const hadFocus = panel.contains(document.activeElement) || document.activeElement === document.body;
		const back = opener?.isConnected && opener !== document.body ? opener : page.buttonOf(content.id);
		content.dispose();
		content = opener = null;
		panel.hidden = true;
		panel.replaceChildren();
		fitScreen();
		if (hadFocus) {
			back?.focus();
		}
	}

	/** A sheet over everything is a dialog; beside the map it is not. */
	function fitScreen() {
		const covers = narrow.matches && !panel.hidden;
		document.getElementById('overview').inert = covers;
		document.documentElement.classList.toggle('covered', covers);
		setAttribute(panel, 'role', covers ? 'dialog' : 'complementary');
		setAttribute(panel, 'aria-modal', covers ? 'true' : null);
		if (covers && !panel.contains(document.activeElement)) {
			focus();
		}
	}

	function focus(part) {
		const place = part && panel.querySelector(`#${part}`);
		place?.scrollIntoView({ block: 'center' });
		(place?.querySelector('input:checked') ?? panel.querySelector('h2'))?.focus({ preventScroll: true });
	}

	narrow.addEventListener('change', fitScreen);
	document.addEventListener('keydown', (event) => {
		if (event.key === 'Escape' && content && !document.querySelector('dialog[open]')) {
			page.close();
		}
	});

	return {
		/** @param {import('./graph.js').Node | null} node null closes */
		show(node, map) {
			if (content && content.id !== node?.id) {
				if (node) {
					open(node);
				} else {
					close();
				}
			} else if (node && !content) {
				open(node);
			}
			content?.update(node, map);
		},
		focus,
		refresh: () => content?.load(),
	};
}
