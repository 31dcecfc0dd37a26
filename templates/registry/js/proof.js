// The inclusion proof of a certificate's page, worked out again from the record and the proof that the page shows.

import { hex, Refused, utf8 } from './bytes.js';
import { readLogKey, verifyProof } from './note.js';

/** @param {HTMLElement} section */
export async function checkShownProof(section) {
  const verdict = /** @type {HTMLElement} */ (section.querySelector('#proof-verdict'));
  const read = (id) => section.querySelector(id)?.textContent ?? '';
  const nodes = [...section.querySelectorAll('.node')].filter((node) => !node.classList.contains('given'));
  try {
    const log = await readLogKey(section.dataset.vkey ?? '');
    const found = await verifyProof(read('#proof-text'), utf8(read('#leaf')), log);
    const made = found.made.map(hex);
    nodes.forEach((node, at) => node.classList.add(made[at] === node.dataset.hash ? 'checked' : 'failed'));
    if (made.length !== nodes.length || nodes.some((node) => node.classList.contains('failed'))) {
      throw new Refused('the drawing shows other hashes than the proof gives');
    }
    tell(verdict, 'good', `✓ Checked in this browser: ${made.length - 1} hashes lead to the root of ${found.size} entries, and the log signed it.`);
  } catch (error) {
    if (error instanceof Refused) tell(verdict, 'bad', `✗ This proof does not hold: ${error.message}.`);
    else tell(verdict, 'open', '– This browser cannot check the proof: it lacks Ed25519, or the page came without HTTPS.');
  }
}

function tell(place, tone, words) {
  place.classList.add(tone);
  place.textContent = words;
}
