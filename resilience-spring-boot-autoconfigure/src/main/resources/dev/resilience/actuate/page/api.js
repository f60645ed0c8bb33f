/** The endpoint: where it is, what it answers, and why it did not. */

const TIMEOUT = 5000;
const REFUSALS = {
	401: { kind: 'sign-in', message: 'asks you to sign in' },
	403: { kind: 'forbidden', message: 'does not let you' },
	405: { kind: 'forbidden', message: 'gives no write access' },
};
const endpoint = new URL('..', import.meta.url).href.replace(/\/$/, '');

/**
 * Why there is no answer to show.
 *
 * @property {'silent' | 'sign-in' | 'forbidden' | 'refused'} kind
 * @property {string} message what the application does instead, to be said after its name
 * @property {number | null} status of HTTP, when there was one
 * @property {string | null} reason in the words of the server
 */
export class Unanswered extends Error {
	constructor(kind, message, status = null, reason = null) {
		super(message);
		Object.assign(this, { kind, status, reason });
	}
}

export function fetchMap() {
	return ask('?trends=true');
}

export function fetchHistory(name) {
	return ask(`/${encodeURIComponent(name)}/history`);
}

export function fetchDeliveries(name, page) {
	return ask(`/${encodeURIComponent(name)}/deliveries?page=${page}&size=20`);
}

/** @param {{ position: string, reason?: string, duration?: string }} change */
export function throwSwitch(name, change) {
	return tell(`/${encodeURIComponent(name)}`, change);
}

/** @param {'requeue' | 'discard'} action @param {string} id of a dead letter, or `all` */
export function settle(name, action, id) {
	return tell(`/${encodeURIComponent(name)}/deliveries`, { action, id });
}

async function ask(path) {
	const answer = await send(path, { headers: { Accept: 'application/json' } });
	if (answer === null) {
		throw new Unanswered('refused', 'answers with nothing');
	}
	return answer;
}

function tell(path, body) {
	const headers = { Accept: 'application/json', 'Content-Type': 'application/json', ...csrf() };
	return send(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function send(path, request) {
	// a redirect is never an answer: what is behind it is a login page, perhaps of another origin
	const settings = { redirect: 'manual', cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT) };
	let response;
	let text;
	try {
		response = await fetch(endpoint + path, { ...request, ...settings });
		text = await response.text();
	} catch {
		throw new Unanswered('silent', 'does not answer');
	}
	const body = parse(text);
	if (response.ok && body !== undefined) {
		return body;
	}
	throw problemOf(response, body);
}

/** @returns {unknown} undefined when it is not JSON; null for an empty answer */
function parse(text) {
	try {
		return text === '' ? null : JSON.parse(text);
	} catch {
		return undefined;
	}
}

function problemOf(response, body) {
	const { status, type } = response;
	if (type === 'opaqueredirect') {
		return new Unanswered('sign-in', 'sends you elsewhere, most likely to a login page');
	}
	if (response.ok) {
		return new Unanswered('sign-in', 'answers with something else, most likely a login page', status);
	}
	const { kind, message } = REFUSALS[status] ?? { kind: 'refused', message: 'answers with an error' };
	return new Unanswered(kind, `${message} (${status})`, status, body?.reason ?? null);
}

/** The token of the page, or else that of the cookie. */
function csrf() {
	const token = meta('_csrf');
	if (token) {
		return { [meta('_csrf_header') || 'X-CSRF-TOKEN']: token };
	}
	const cookie = /(?:^|;\s*)XSRF-TOKEN=([^;]*)/.exec(document.cookie);
	return cookie ? { 'X-XSRF-TOKEN': decodeURIComponent(cookie[1]) } : {};
}

function meta(name) {
	return document.querySelector(`meta[name="${name}"]`)?.content ?? '';
}
