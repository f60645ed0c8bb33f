/**
 * Builds and patches elements. Text only ever arrives as a text node or an attribute value, so a name cannot become
 * markup, and nothing is touched that has not changed.
 */

const SVG = 'http://www.w3.org/2000/svg';

/** An HTML element; attributes that are functions are listeners (`onclick`). */
export function el(tag, attributes, ...children) {
	return furnish(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function svg(tag, attributes, ...children) {
	return furnish(document.createElementNS(SVG, tag), attributes, children);
}

function furnish(element, attributes, children) {
	for (const [name, value] of Object.entries(attributes ?? {})) {
		if (typeof value === 'function') {
			element.addEventListener(name.slice(2), value);
		} else {
			setAttribute(element, name, value);
		}
	}
	element.append(...children.filter((child) => child != null));
	return element;
}

/** Null and false remove the attribute, true sets it without a value. */
export function setAttribute(element, name, value) {
	if (value == null || value === false) {
		element.removeAttribute(name);
		return;
	}
	const text = value === true ? '' : String(value);
	if (element.getAttribute(name) !== text) {
		element.setAttribute(name, text);
	}
}

export function setText(element, text) {
	const wanted = text == null ? '' : String(text);
	if (element.textContent !== wanted) {
		element.textContent = wanted;
	}
}

/** Shows the text, and hides the element when there is none. */
export function setTextOrHide(element, text) {
	setText(element, text);
	element.hidden = text == null || text === '';
}

const lists = new WeakMap();

/**
 * Makes the children of `parent` follow `items`, keeping the element of every key it has seen before.
 *
 * @template T
 * @param {Element} parent all of whose children are managed here
 * @param {Iterable<T>} items
 * @param {(item: T) => unknown} key
 * @param {(item: T) => { element: Element, update?: (item: T) => void }} create
 */
export function patchList(parent, items, key, create) {
	const known = lists.get(parent) ?? new Map();
	const kept = new Map();
	for (const item of items) {
		const entry = known.get(key(item)) ?? create(item);
		entry.update?.(item);
		kept.set(key(item), entry);
	}
	for (const [id, entry] of known) {
		if (!kept.has(id)) {
			entry.element.remove();
		}
	}
	lists.set(parent, kept);
	arrange(parent, [...kept.values()].map((entry) => entry.element));
}

/** Brings elements into an order. The one with the focus stays where it is and the others move around it. */
export function arrange(parent, elements) {
	const focused = document.activeElement;
	let next = null;
	for (const element of elements.toReversed()) {
		const stays = element.parentNode === parent && (element.nextSibling === next || element.contains(focused));
		if (!stays) {
			parent.insertBefore(element, next);
		}
		next = element;
	}
}
