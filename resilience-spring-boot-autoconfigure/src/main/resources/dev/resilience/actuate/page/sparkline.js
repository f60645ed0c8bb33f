/** A line the size of a word: where a figure comes from, not what it is. */

import { svg, setAttribute } from './dom.js';

const WIDTH = 60;
const HEIGHT = 16;

/**
 * @param {number} least the top of the scale when all values are lower, so that noise near zero stays small
 * @returns {{ element: SVGElement, update: (values?: (number | null)[]) => void }}
 */
export function sparkline(least = 0) {
	const line = svg('path', { 'vector-effect': 'non-scaling-stroke' });
	const element = svg('svg', {
		class: 'spark', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true',
	}, line);
	return {
		element,
		update(values) {
			setAttribute(element, 'hidden', !values?.length);
			setAttribute(line, 'd', values?.length ? pathOf(values, least) : null);
		},
	};
}

/** Gaps (null) lift the pen. */
function pathOf(values, least) {
	const top = Math.max(least, ...values) || 1;
	const step = WIDTH / Math.max(1, values.length - 1);
	let pen = 'M';
	let path = '';
	values.forEach((value, index) => {
		if (value == null) {
			pen = 'M';
			return;
		}
		path += `${pen}${(index * step).toFixed(1)} ${(HEIGHT - 1 - (value / top) * (HEIGHT - 2)).toFixed(1)}`;
		pen = 'L';
	});
	return path;
}
