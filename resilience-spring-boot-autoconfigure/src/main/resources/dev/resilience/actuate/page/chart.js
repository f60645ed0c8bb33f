/** The last quarter of an hour: throughput, error rate and latencies, one above the other on the same time axis. */

import { el, setText, svg } from './dom.js';
import { durationMillis, millis, percent, rate, time } from './format.js';
import UPlot from './uplot.js';

const HEIGHT = { plain: 84, withTimes: 116 };
const LATENCY_DASHES = { p50: [], p95: [6, 3], p99: [2, 2] };

const CHARTS = [
	{ title: 'Throughput', series: ['throughput'], format: rate },
	{ title: 'Error rate', series: ['errorRate'], format: percent, top: 0.05 },
	{ title: 'Latency', series: ['p50', 'p95', 'p99'], format: millis, times: true },
];

export function historyChart() {
	const charts = CHARTS.map(chart);
	const element = el('section', { class: 'history', hidden: true }, el('h3', {}, 'History'), ...charts.map(({ element: figure }) => figure));
	const dark = matchMedia('(prefers-color-scheme: dark)');
	const repaint = () => charts.forEach((one) => one.repaint());
	let drawn = null;
	dark.addEventListener('change', repaint);
	return {
		element,
		update({ history }) {
			element.hidden = !history?.throughput?.length;
			if (!element.hidden && history !== drawn) {
				drawn = history;
				charts.forEach(({ draw }) => draw(history));
			}
		},
		/** uPlot keeps the charts that share a cursor until they are destroyed. */
		dispose() {
			dark.removeEventListener('change', repaint);
			charts.forEach((one) => one.dispose());
		},
	};
}

function chart({ title, series, format, top = 0, times = false }) {
	const readouts = series.map(() => el('span', { class: 'readout' }));
	const place = el('div', { class: 'plot', role: 'img' });
	const names = series.map((name, index) => el('span', { class: 'key' },
		...(series.length > 1 ? [swatch(name), name, ' '] : []), readouts[index]));
	const element = el('figure', { class: 'chart' },
		el('figcaption', {}, el('span', { class: 'chart-title' }, title), ...names, el('span', { class: 'at' })), place);
	const at = element.querySelector('.at');
	let plot = null;
	let data = null;

	/** The values under the pointer, or else the last ones. */
	function readOut(index) {
		const last = data[0].length - 1;
		series.forEach((_, line) => setText(readouts[line], format(data[line + 1][index ?? last])));
		setText(at, index == null ? '' : time(data[0][index] * 1000));
	}

	const resized = new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height: plot.height }));
	resized.observe(place);

	return {
		element,
		repaint() {
			plot?.destroy();
			plot = plot && create();
		},
		dispose() {
			resized.disconnect();
			plot?.destroy();
		},
		draw(history) {
			data = [timesOf(history), ...series.map((name) => history[name] ?? [])];
			if (plot) {
				plot.setData(data);
			} else {
				plot = create();
			}
			readOut(plot.cursor.idx);
			place.setAttribute('aria-label', `${title}: ${series.map((name, line) => `${name} ${readouts[line].textContent}`).join(', ')}`);
		},
	};

	function create() {
		return new UPlot(options({ series, format, top, times, width: place.clientWidth || 300, colour: colourOf(place), readOut }), data, place);
	}
}

function options({ series, format, top, times, width, colour, readOut }) {
	const font = '11px system-ui, sans-serif';
	const axis = { stroke: colour('--muted'), font, grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
	return {
		width,
		height: times ? HEIGHT.withTimes : HEIGHT.plain,
		padding: [8, 8, times ? 0 : 6, 0],
		legend: { show: false },
		cursor: { sync: { key: 'history' }, y: false, drag: { x: false, y: false }, points: { size: 5 } },
		hooks: { setCursor: [(plot) => readOut(plot.cursor.idx)] },
		scales: { y: { range: (_, __, most) => [0, Math.max(top, most ?? 0) * 1.05 || 1] } },
		axes: [
			{ ...axis, show: times, size: 26, values: (_, instants) => instants.map((instant) => time(instant * 1000).slice(-8, -3)) },
			{ ...axis, size: 58, space: 26, values: (_, values) => values.map(format) },
		],
		series: [{}, ...series.map((name) => ({
			stroke: colour('--accent'), width: 1.5, dash: LATENCY_DASHES[name] ?? [], points: { show: false }, spanGaps: false,
		}))],
	};
}

function timesOf({ throughput, until, interval }) {
	const step = durationMillis(interval) / 1000;
	const end = Date.parse(until) / 1000;
	return throughput.map((_, index) => end - (throughput.length - 1 - index) * step);
}

function colourOf(element) {
	const style = getComputedStyle(element);
	return (name) => style.getPropertyValue(name).trim();
}

function swatch(name) {
	return svg('svg', { class: 'swatch', viewBox: '0 0 18 4', 'aria-hidden': 'true' },
		svg('path', { d: 'M0 2H18', 'stroke-dasharray': LATENCY_DASHES[name].join(' ') || null }));
}
