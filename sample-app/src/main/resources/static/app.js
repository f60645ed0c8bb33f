const MODES = ['none', 'hang', 'slow', 'error', 'refuse', 'corrupt', 'partial', 'rate-limit'];
const POLL_EVERY = 1000;
const ANSWERS_SHOWN = 30;

const form = document.querySelector('#order');
const answers = document.querySelector('#answers');
const partners = document.querySelector('#partners');
const announcement = document.querySelector('#announcement');
const cards = new Map();
const announced = new Map();

// ---- orders

function order() {
  const fields = new FormData(form);
  return {
    customer: fields.get('customer'),
    items: fields.get('items').split(',').map((item) => item.trim()).filter((item) => item),
    amount: Number(fields.get('amount')),
    email: fields.get('email'),
  };
}

async function placeOrder() {
  const start = performance.now();
  const response = await fetch('orders', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(order()),
  });
  const body = await response.text();
  showAnswer(response, body, Math.round(performance.now() - start));
}

async function placeOrders(count) {
  const buttons = form.querySelectorAll('button');
  buttons.forEach((button) => button.setAttribute('aria-disabled', 'true'));
  try {
    for (let i = 0; i < count; i++) {
      await placeOrder();
      await refresh();
    }
  } catch {
    offline(true);
  } finally {
    buttons.forEach((button) => button.removeAttribute('aria-disabled'));
  }
}

function showAnswer(response, body, millis) {
  const item = document.querySelector('#answer-template').content.cloneNode(true);
  const headers = ['X-Degraded', 'Retry-After']
    .filter((name) => response.headers.has(name))
    .map((name) => `${name}: ${response.headers.get(name)}`)
    .join(', ');
  const status = item.querySelector('.status');
  status.textContent = response.status;
  status.dataset.ok = response.ok;
  item.querySelector('.duration').textContent = `${millis} ms`;
  item.querySelector('.header').textContent = headers;
  item.querySelector('.body').textContent = body;
  answers.prepend(item);
  while (answers.children.length > ANSWERS_SHOWN) {
    answers.lastElementChild.remove();
  }
  document.querySelector('#no-answers').hidden = true;
  announce('order', `Answer ${response.status} after ${millis} milliseconds. ${headers}`);
}

// ---- partners

function card(name) {
  if (!cards.has(name)) {
    const card = document.querySelector('#partner-template').content.cloneNode(true).firstElementChild;
    card.querySelector('.name').textContent = name;
    const modes = card.querySelector('.modes');
    modes.setAttribute('aria-label', `What is wrong with ${name}`);
    modes.append(...MODES.map((mode) => modeButton(name, mode)));
    partners.append(card);
    cards.set(name, card);
  }
  return cards.get(name);
}

function modeButton(name, mode) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = mode;
  button.dataset.mode = mode;
  button.addEventListener('click', () => breakPartner(name, mode));
  return button;
}

async function breakPartner(name, mode) {
  try {
    await fetch(`partners/${name}/fault`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ mode }),
    });
  } finally {
    await refresh();
  }
}

function showPartner(name, { mode, requests }) {
  const element = card(name);
  element.dataset.broken = mode !== 'none';
  element.querySelector('.requests').textContent = requests;
  for (const button of element.querySelectorAll('.modes button')) {
    button.setAttribute('aria-pressed', button.dataset.mode === mode);
  }
}

function showDependency(name, { type, description, status, breaker, failures }) {
  const element = card(name);
  element.querySelector('.type').textContent = type.toLowerCase();
  element.querySelector('.description').textContent = description ?? '';
  showState(element.querySelector('.state'), status);
  showState(element.querySelector('.breaker'), breaker.state);
  element.querySelector('.refused').textContent = breaker.refused;
  element.querySelector('.failures').textContent = Object.entries(failures ?? {})
    .map(([kind, count]) => `${count} × ${words(kind)}`)
    .join(', ') || 'none';
  announce(name, `${name}: ${status}, breaker ${words(breaker.state)}`);
}

function showState(element, state) {
  element.textContent = words(state);
  element.dataset.state = state;
}

function words(constant) {
  return constant.toLowerCase().replaceAll('_', ' ');
}

// ---- the page as a whole

/** Tells screen readers what has changed, and only that. */
function announce(subject, text) {
  const before = announced.get(subject);
  announced.set(subject, text);
  if (subject === 'order' || (before && before !== text)) {
    announcement.textContent = text;
  }
}

function offline(value) {
  document.querySelector('#offline').hidden = !value;
}

async function json(path) {
  const response = await fetch(path, { headers: { Accept: 'application/json' } });
  if (!response.ok) {
    throw new Error(`${path}: ${response.status}`);
  }
  return response.json();
}

async function refresh() {
  const [modes, map] = await Promise.allSettled([json('partners'), json('actuator/integrations')]);
  offline(modes.status === 'rejected');
  if (modes.status === 'fulfilled') {
    Object.entries(modes.value).forEach(([name, partner]) => showPartner(name, partner));
  }
  if (map.status === 'fulfilled') {
    showState(document.querySelector('#overall'), map.value.status);
    Object.entries(map.value.dependencies)
      .filter(([name]) => cards.has(name))
      .forEach(([name, dependency]) => showDependency(name, dependency));
  }
}

async function poll() {
  try {
    if (!document.hidden) {
      await refresh();
    }
  } finally {
    setTimeout(poll, POLL_EVERY);
  }
}

function orderUnlessBusy(button, count) {
  if (button.getAttribute('aria-disabled') !== 'true' && form.reportValidity()) {
    placeOrders(count);
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  orderUnlessBusy(form.querySelector('[type=submit]'), 1);
});
const orderTen = document.querySelector('#order-ten');
orderTen.addEventListener('click', () => orderUnlessBusy(orderTen, 10));
poll();
