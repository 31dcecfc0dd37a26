// What the pages do where there is JavaScript. Everything that is read works without.

import { checkShownProof } from './proof.js';
import { LARGEST, verifyFile } from './verify.js';

const WORDS = {
  valid: ['good', 'circle', 'Valid, as far as a browser can check'],
  stale: ['open', 'ring', 'Intact, but this page is too old to say whether it still stands'],
  invalid: ['bad', 'octagon', 'Invalid. Do not rely on this file'],
  incomplete: ['open', 'ring', 'Not decided'],
  revoked: ['bad', 'octagon', 'Revoked. Do not rely on this certificate'],
  suspended: ['open', 'triangle', 'Suspended. Do not rely on it until it is reinstated'],
  superseded: ['open', 'pentagon', 'Superseded. A newer certificate takes its place'],
  expired: ['open', 'square', 'Expired'],
  not_yet_valid: ['open', 'ring', 'Not yet valid'],
};
const RESULTS = { pass: ['✓', 'Holds', 'good'], fail: ['✗', 'Fails', 'bad'], skip: ['–', 'Not checked', 'open'], warn: ['!', 'Withdrawn', 'bad'] };

const INSECURE = 'This page came without HTTPS, and browsers keep cryptography from such pages. Use certify verify.';

/** @param {string} name @param {string} [className] @param {string} [words] @returns {HTMLElement} */
function element(name, className = '', words = '') {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (words) made.textContent = words;
  return made;
}

/** @param {string} words @returns {HTMLElement} A stranger's text that cannot move what stands around it. */
function own(words) {
  return element('bdi', '', words.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u061c\u2028\u2029\ufeff\u202a-\u202e\u2066-\u2069]/g,
    (one) => `[U+${one.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`));
}

function outline(tone, shape) {
  const space = 'http://www.w3.org/2000/svg';
  const [areas, signs] = [{
    circle: 'M12 2a10 10 0 1 1 0 20a10 10 0 1 1 0-20z', ring: 'M12 3a9 9 0 1 1 0 18a9 9 0 1 1 0-18z', square: 'M3 3h18v18h-18z',
    pentagon: 'M12 1.5l10.5 7.7l-4 12.3h-13l-4-12.3z', triangle: 'M12 1.5l11 20h-22z', octagon: 'M8 2h8l6 6v8l-6 6h-8l-6-6v-8z',
  }, {
    circle: 'M7.2 12.4l3.2 3.2l6.4-7', ring: 'M7.6 12h.01M12 12h.01M16.4 12h.01', square: 'M7.5 12h9',
    pentagon: 'M8 8.4l3.6 3.8l-3.6 3.8M13 8.4l3.6 3.8l-3.6 3.8', triangle: 'M12 9v6M12 18.4h.01', octagon: 'M8.4 8.4l7.2 7.2M15.6 8.4l-7.2 7.2',
  }];
  const drawn = document.createElementNS(space, 'svg');
  for (const [name, value] of [['class', `shape ${tone} ${shape}`], ['viewBox', '0 0 24 24'], ['aria-hidden', 'true']]) drawn.setAttribute(name, value);
  for (const [kind, d] of [['area', areas[shape]], ['sign', signs[shape]]]) {
    const path = document.createElementNS(space, 'path');
    path.setAttribute('class', kind);
    path.setAttribute('d', d);
    drawn.append(path);
  }
  return drawn;
}

/** @param {HTMLElement} place @param {import('./verify.js').Outcome} outcome @param {string} name */
function show(place, outcome, name) {
  const [tone, shape, words] = WORDS[outcome.verdict];
  const notice = element('div', `notice ${tone}`);
  const told = element('div');
  told.append(element('h2', '', words));
  const about = element('p');
  about.append(own(outcome.model ? `${outcome.serial}, ${outcome.model.slice(0, 120)}` : name.slice(0, 200)));
  told.append(about);
  if (outcome.reason) {
    const reason = element('p');
    reason.append(own(outcome.reason));
    told.append(reason);
  }
  notice.append(outline(tone, shape), told);
  place.replaceChildren(notice, table(outcome.checks));
}

function table(checks) {
  const made = element('table', 'checks');
  made.append(element('caption', '', 'Check by check'));
  const body = element('tbody');
  for (const one of checks) {
    const [sign, word, tone] = RESULTS[one.result];
    const row = element('tr');
    const [result, title, detail] = [element('td'), element('th', '', one.title), element('td')];
    const mark = element('span', `mark ${tone}`);
    const drawn = element('span', 'sign', sign);
    drawn.setAttribute('aria-hidden', 'true');
    mark.append(drawn, ` ${word}`);
    result.append(mark);
    title.setAttribute('scope', 'row');
    detail.append(own(one.detail));
    row.append(result, title, detail);
    body.append(row);
  }
  made.append(body);
  return made;
}

function readyForFiles(zone) {
  const data = JSON.parse(document.getElementById('registry-data').textContent);
  const [place, input] = [document.getElementById('outcome'), zone.querySelector('input')];
  if (!globalThis.crypto?.subtle) {
    place.replaceChildren(element('p', 'warning', INSECURE));
    return;
  }
  let turn = 0;
  const check = async (file) => {
    const mine = ++turn;
    place.replaceChildren(element('p', '', 'Checking…'));
    const now = `${new Date().toISOString().slice(0, 19)}Z`;
    let outcome = { verdict: 'incomplete', serial: '', model: '', reason: 'The file cannot be read.', checks: [] };
    try {
      const bytes = new Uint8Array(await file.slice(0, LARGEST + 1).arrayBuffer());
      outcome = await verifyFile(bytes, data, now);
    } catch (error) {
      outcome.reason = `The file cannot be read: ${error.name}.`;
    }
    if (mine === turn) show(place, outcome, file.name);
  };
  zone.hidden = false;
  input.addEventListener('change', () => {
    if (input.files[0]) check(input.files[0]);
    input.value = '';
  });
  // A file dropped beside the field must not make the browser open it and leave the page.
  for (const kind of ['dragover', 'dragleave', 'drop']) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.toggle('over', kind === 'dragover');
      if (kind === 'drop' && event.dataTransfer.files[0]) check(event.dataTransfer.files[0]);
    });
  }
}

function readyToCopy(button) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Select and copy by hand';
    }
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
}

function readyToFilter(form) {
  const rows = [...document.querySelectorAll('.list tbody tr')].map((row) => [row, row.dataset.text.toLowerCase()]);
  form.hidden = false;
  form.addEventListener('submit', (event) => event.preventDefault());
  form.querySelector('input').addEventListener('input', (event) => {
    const wanted = event.target.value.toLowerCase().trim();
    for (const [row, words] of rows) row.hidden = !words.includes(wanted);
  });
}

document.querySelectorAll('button.copy').forEach(readyToCopy);
for (const [id, ready] of [['drop', readyForFiles], ['filter', readyToFilter], ['proof', checkShownProof]]) {
  const found = document.getElementById(id);
  if (found) ready(found);
}
