/** What the words of the JSON mean to somebody who was just woken up. */

import { duration, percent, millis, plural } from './format.js';

export const TYPES = ['CRITICAL', 'DEGRADED', 'OPTIONAL'];

const CATEGORIES = {
	OVERLOAD: 'Overload: more is asked than can be done',
	CASCADE: 'Cascade: something became slow, and what waits for it fills up',
	CHANGE: 'Change: it began with a deployment or a setting',
	DATA: 'Data: answers are corrupt, or one operation fails',
	EXHAUSTION: 'Exhaustion: a pool, a queue or a budget ran out',
};

const EFFECTS = {
	auto: (name) => `Calls go to ${name}; breaker, bulkhead, retry and timeout decide, as configured.`,
	off: (name, dependency) => `${name} is not called. ${wayOut(dependency)}`,
	bypass: (name) => `Every call goes to ${name}: breaker, pause and rate limit are ignored, bulkhead and timeout never.`,
};

/** A word of the JSON such as HALF_OPEN, readable. */
export function word(constant) {
	return String(constant ?? '').replaceAll('_', ' ');
}

export function category(name) {
	return CATEGORIES[name] ?? (name ? word(name) : null);
}

/** What a position of the switch does, in a sentence. */
export function effect(position, name, dependency) {
	return EFFECTS[position](name, dependency);
}

export function scope(dependency) {
	const where = dependency.switch?.scope;
	return where === 'instance' ? 'It holds for this instance only.' : where ? `It holds for: ${where}.` : '';
}

function wayOut(dependency) {
	return `${sentence(outcome(dependency))} at once.`;
}

function sentence(words) {
	return words[0].toUpperCase() + words.slice(1);
}

/** What callers get instead of an answer. Only a critical dependency without a way out makes them fail. */
function outcome(dependency) {
	const fallback = dependency.fallback?.description;
	if (fallback) {
		return `callers get: ${fallback}`;
	}
	return dependency.type === 'CRITICAL' ? 'callers get an error' : 'callers get an empty or the last good answer';
}

/** What users feel of a dependency in trouble; null when it is well. */
export function felt(dependency) {
	if (dependency.switch?.position === 'OFF') {
		return `switched off; ${outcome(dependency)}`;
	}
	if (/^(FORCED_)?OPEN$/.test(dependency.breaker?.state ?? '')) {
		return `calls are refused; ${outcome(dependency)}`;
	}
	const troubled = ['DOWN', 'DEGRADED'].includes(dependency.status);
	if (!troubled) {
		return null;
	}
	const then = dependency.signals?.errorRate > 0 ? outcome(dependency) : 'callers get their answers';
	return `${struggle(dependency.signals)}; ${then}`;
}

function struggle(signals) {
	const failing = signals?.errorRate > 0 ? `${unbroken(percent(signals.errorRate))} of calls fail` : null;
	const slow = signals?.latency?.p99 != null ? `p99 is ${unbroken(millis(signals.latency.p99))}` : null;
	return [failing, slow].filter(Boolean).join(', ') || 'nobody calls it';
}

/** A figure keeps its unit at the end of a line. */
function unbroken(figure) {
	return figure.replaceAll(' ', '\u00a0');
}

/** Whether somebody should look at it, worst first: 0 is the worst. */
export function urgency(node) {
	const rank = ['DOWN', 'DEGRADED'].indexOf(node.status);
	if (rank >= 0) {
		return rank;
	}
	return node.marks.length ? 2 : node.status === 'UP' ? 3 : 4;
}

/** Everything out of the ordinary that a node says besides its status. */
export function marks(dependency, { first }) {
	const { breaker, delivery, map, mode, status } = dependency;
	const position = dependency.switch?.position ?? 'AUTO';
	return [
		first && { kind: 'first', text: first },
		position !== 'AUTO' && { kind: 'switch', text: `switch ${position}` },
		breaker && breaker.state !== 'CLOSED' && { kind: 'breaker', text: `breaker ${word(breaker.state)}` },
		dependency.pausedFor && { kind: 'paused', text: `paused ${duration(dependency.pausedFor)}` },
		dependency.quarantined && { kind: 'quarantined', text: 'quarantined' },
		mode && mode !== 'ENFORCE' && { kind: 'mode', text: `mode ${word(mode)}` },
		delivery?.dead > 0 && { kind: 'dead', text: plural(delivery.dead, 'dead letter') },
		status === 'UP' && dependency.warnings?.length > 0
			&& { kind: 'warning', text: plural(dependency.warnings.length, 'warning') },
		map?.problem && { kind: 'problem', text: 'its map is unreadable' },
		map?.cycle && { kind: 'cycle', text: 'leads back up the chain' },
	].filter(Boolean);
}
