// Hash trees of RFC 6962: what an entry and its path come to.

import { concat, sha256 } from './bytes.js';

/** @param {Uint8Array} entry @returns {Promise<Uint8Array>} Hash of a leaf (RFC 6962 section 2.1). */
export function leafHash(entry) {
  return sha256(concat(Uint8Array.of(0), entry));
}

/** @param {Uint8Array} left @param {Uint8Array} right @returns {Promise<Uint8Array>} Hash of an inner node. */
export function nodeHash(left, right) {
  return sha256(concat(Uint8Array.of(1), left, right));
}

/**
 * @param {Uint8Array} leaf Hash of the entry. @param {number} index @param {number} size @param {Uint8Array[]} path
 * @returns {Promise<Uint8Array[] | null>} Every hash on the way up, the root last; null where the path has another length
 * than it must (RFC 9162 section 2.1.3.2).
 */
export async function climb(leaf, index, size, path) {
  if (!(index < size)) return null;
  let [place, last, now] = [index, size - 1, leaf];
  const made = [leaf];
  for (const sibling of path) {
    if (last === 0) return null;
    if (place % 2 === 1 || place === last) {
      now = await nodeHash(sibling, now);
      while (place % 2 === 0 && place !== 0) [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
    } else {
      now = await nodeHash(now, sibling);
    }
    [place, last] = [Math.floor(place / 2), Math.floor(last / 2)];
    made.push(now);
  }
  return last === 0 ? made : null;
}
