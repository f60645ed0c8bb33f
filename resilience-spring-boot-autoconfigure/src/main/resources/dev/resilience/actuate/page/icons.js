/** A shape for every status, so that colour never carries the meaning alone. */

import { svg, setAttribute } from './dom.js';

const SHAPES = {
	UP: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm3.9 5L7.2 11.1 4.2 8.3l1.1-1.2 1.8 1.7L10.7 4.9Z',
	DEGRADED: 'M8 1 .6 14.6h14.8ZM7.1 6h1.8v4.4H7.1Zm0 5.4h1.8v1.7H7.1Z',
	DOWN: 'M5 1h6l4 4v6l-4 4H5l-4-4V5Zm.9 3.6L4.6 5.9 6.7 8l-2.1 2.1 1.3 1.3L8 9.3l2.1 2.1 1.3-1.3L9.3 8l2.1-2.1-1.3-1.3L8 6.7Z',
	UNKNOWN: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 1.6a5.4 5.4 0 1 1 0 10.8A5.4 5.4 0 0 1 8 2.6ZM5 7.2h6v1.6H5Z',
};

/** @returns {{ element: SVGElement, update: (status: string) => void }} */
export function statusIcon() {
	const path = svg('path', { 'fill-rule': 'evenodd' });
	const element = svg('svg', { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, path);
	return {
		element,
		update(status) {
			setAttribute(path, 'd', SHAPES[status] ?? SHAPES.UNKNOWN);
			setAttribute(element, 'data-status', status);
		},
	};
}

/** The status in the tab, where the page is when nobody looks at it. */
export function statusFavicon(status, colour) {
	const path = `<path fill="${encodeURIComponent(colour)}" fill-rule="evenodd" d="${SHAPES[status] ?? SHAPES.UNKNOWN}"/>`;
	return `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${path}</svg>`;
}

export function closeIcon() {
	return svg('svg', { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true' },
		svg('path', { d: 'M3 3l10 10M13 3L3 13', fill: 'none', stroke: 'currentColor', 'stroke-width': 2 }));
}
