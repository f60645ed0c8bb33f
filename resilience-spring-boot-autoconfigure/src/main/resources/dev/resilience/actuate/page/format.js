/** Numbers, durations and instants as people read them. */

const NOTHING = '–';
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const upToThree = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function count(value) {
	return value == null ? NOTHING : upToThree.format(value);
}

/** 12.3/s */
export function rate(perSecond) {
	if (perSecond == null) {
		return NOTHING;
	}
	return `${perSecond < 100 ? perSecond.toFixed(1) : whole.format(perSecond)}/s`;
}

/** 2.0 % */
export function percent(share) {
	if (share == null) {
		return NOTHING;
	}
	if (share === 0 || share === 1) {
		return `${share * 100} %`;
	}
	return share < 0.0005 ? '< 0.1 %' : `${(share * 100).toFixed(1)} %`;
}

/** 99.91 %: the digits after the nines are what counts. */
export function nines(share) {
	return share == null ? NOTHING : `${upToThree.format(share * 100)} %`;
}

/** 88 ms, 1.9 s */
export function millis(value) {
	if (value == null) {
		return NOTHING;
	}
	if (value < 9.95) {
		return `${value.toFixed(1)} ms`;
	}
	return value < 999.5 ? `${Math.round(value)} ms` : span(value);
}

/** An ISO-8601 duration in words; anything else as it is. */
export function duration(iso) {
	const length = iso == null ? null : durationMillis(iso);
	return length == null ? (iso ?? NOTHING) : span(length);
}

/** @returns {number | null} null when it is not an ISO-8601 duration */
export function durationMillis(iso) {
	const parts = /^PT?(?=.)(?:([\d.]+)D)?T?(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?$/.exec(iso);
	if (!parts) {
		return null;
	}
	const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
	return days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND;
}

/** The two largest units of a length in milliseconds. */
function span(length) {
	if (length < SECOND) {
		return `${Math.round(length)} ms`;
	}
	if (length < MINUTE) {
		return `${Number((length / SECOND).toFixed(length < 10 * SECOND ? 1 : 0))} s`;
	}
	const [large, small, names] = length < HOUR ? [MINUTE, SECOND, ['min', 's']]
		: length < 3 * DAY ? [HOUR, MINUTE, ['h', 'min']] : [DAY, HOUR, ['d', 'h']];
	const rest = Math.floor((length % large) / small);
	return `${Math.floor(length / large)} ${names[0]}${rest ? ` ${rest} ${names[1]}` : ''}`;
}

/** «3 min ago», seen from `now`. */
export function ago(instant, now) {
	return `${age(Date.parse(now) - Date.parse(instant))} ago`;
}

/** One unit is enough for an age. */
export function age(length) {
	const past = Math.max(0, length);
	const [unit, name] = past < MINUTE ? [SECOND, 's'] : past < HOUR ? [MINUTE, 'min'] : past < 2 * DAY ? [HOUR, 'h'] : [DAY, 'd'];
	return `${Math.floor(past / unit)} ${name}`;
}

/** 05:58:10, with the day in front unless it is the day of `now`. */
export function time(instant, now = new Date()) {
	const at = new Date(instant);
	if (Number.isNaN(at.getTime())) {
		return String(instant);
	}
	const sameDay = at.toDateString() === new Date(now).toDateString();
	return sameDay ? clock.format(at) : `${day.format(at)} ${clock.format(at)}`;
}

export function plural(number, one, many = `${one}s`) {
	return `${count(number)} ${number === 1 ? one : many}`;
}
