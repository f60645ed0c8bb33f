/** The parts of the panel that are labelled values. Each takes a View and returns facts. */

import { ago, count, duration, millis, nines, percent, rate, time } from './format.js';
import { word } from './words.js';

export function signals({ dependency: { signals: seen } }) {
	return seen ? [
		['Throughput', rate(seen.throughput)],
		['Error rate', percent(seen.errorRate)],
		['Saturation', percent(seen.saturation)],
		['Window', seen.window && duration(seen.window)],
		['p50', millis(seen.latency?.p50)],
		['p95', millis(seen.latency?.p95)],
		['p99', millis(seen.latency?.p99)],
	] : [];
}

export function breaker({ dependency: { breaker: seen, pausedFor, pausedUntil, quarantined }, now }) {
	return [
		...(seen ? [
			['State', word(seen.state)],
			['Failure rate', percent(seen.failureRate)],
			['Slow rate', percent(seen.slowRate)],
			['Calls', count(seen.calls)],
			['Refused', count(seen.refused)],
			['Retry after', seen.retryAfter && momentOrSpan(seen.retryAfter, now)],
		] : []),
		['Paused for', pausedFor && duration(pausedFor)],
		['Paused until', pausedUntil && momentOrSpan(pausedUntil, now), pausedUntil],
		['Quarantined', quarantined && plain(quarantined)],
	];
}

/** Every setting with the place it comes from. */
export function policy({ node, dependency }) {
	if (node.parent) {
		return [];
	}
	const sources = dependency.sources ?? {};
	const own = {
		type: dependency.type,
		mode: dependency.mode,
		timeout: dependency.timeout,
		fallback: dependency.fallback?.description,
		'retry.max-attempts': dependency.retry?.maxAttempts,
		'retry.budget': dependency.retry?.budgetRemaining != null && `${count(dependency.retry.budgetRemaining)} left`,
	};
	const settings = { ...Object.fromEntries(Object.keys(sources).map((key) => [key, valueOf(dependency, key)])), ...own };
	return Object.entries(settings).map(([key, value]) => [
		key, value == null ? (sources[key] && 'set') : value && plain(value), undefined, sources[key] && `from ${sources[key]}`,
	]);
}

export function limits({ dependency: { bulkhead, pool } }) {
	return [
		['Bulkhead', bulkhead && `${count(bulkhead.inFlight)} of ${count(bulkhead.limit)} in flight`],
		['Abandoned', bulkhead?.abandoned > 0 && count(bulkhead.abandoned)],
		['Pool', pool && `${count(pool.active)} of ${count(pool.max)} active`],
		['Data source', pool?.dataSource],
	];
}

export function healthCheck({ dependency: { healthCheck: check }, now }) {
	return check ? [
		['Status', check.status],
		['Checked', check.checkedAt && `${time(check.checkedAt, now)} (${ago(check.checkedAt, now)})`, check.checkedAt],
		['URL', check.url],
	] : [];
}

export function availability({ dependency: { availability: seen } }) {
	return seen ? [
		['Promised', seen.promised != null && nines(seen.promised)],
		['Observed', seen.observed != null && nines(seen.observed)],
		['Downtime a year', seen.downtimePerYear && duration(seen.downtimePerYear)],
	] : [];
}

/** `retry.max-attempts` is `retry.maxAttempts` in the JSON. */
function valueOf(dependency, key) {
	const steps = key.split('.').map((step) => step.replace(/-(.)/g, (_, letter) => letter.toUpperCase()));
	return steps.reduce((value, step) => value?.[step], dependency);
}

function momentOrSpan(value, now) {
	return Number.isNaN(Date.parse(value)) ? duration(value) : time(value, now);
}

function plain(value) {
	if (typeof value === 'object') {
		return Object.entries(value).map(([key, part]) => `${key} ${part}`).join(', ');
	}
	return value === true ? 'yes' : duration(String(value));
}
