// The bundle attached to a certificate's PDF. What comes out is believed only if the whole file's digest is the logged
// one, or if its signatures verify: this reader need not be cleverer than a hostile file.

import { concat, Refused, sha256 } from './bytes.js';

const LIMIT = 64 * 1024 * 1024;
const NEAR = 1000;
const MOST = 8;
const BUNDLE = '"schema":"certify/bundle/v1"';

/** @param {Uint8Array} bytes @returns {boolean} */
export function isPdf(bytes) {
  return String.fromCharCode(...bytes.subarray(0, 5)) === '%PDF-';
}

/** @param {Uint8Array} bytes @returns {string} One character a byte. */
function latin(bytes) {
  return new TextDecoder('latin1').decode(bytes);
}

/** @param {Uint8Array} bytes @returns {Promise<Uint8Array>} The attached bundle; other attachments are left alone. */
export async function attachment(bytes) {
  const bundles = [];
  for (const packed of streams(bytes).slice(0, MOST)) {
    const unpacked = await inflate(packed);
    if (latin(unpacked).includes(BUNDLE)) bundles.push(unpacked);
  }
  if (bundles.length !== 1) throw new Refused(bundles.length ? 'it has several bundles' : 'it carries no certificate bundle');
  return bundles[0];
}

/** The packed bytes of each embedded file. Source: ISO 32000-1:2008, 7.11.4. */
function streams(bytes) {
  const [characters, found] = [latin(bytes), []];
  for (let at = characters.indexOf('/EmbeddedFile'); at !== -1; at = characters.indexOf('/EmbeddedFile', at + 1)) {
    const [before, after] = [characters.slice(Math.max(0, at - NEAR), at), characters.slice(at, at + NEAR)];
    const [, rest] = /^(\/EmbeddedFile\b(?:(?!endobj)[^])*?>>\s*stream\r?\n)/.exec(after) ?? [];
    const dictionary = before.slice(before.lastIndexOf('obj') + 3) + rest;
    const [, length] = /\/Length (\d{1,9})\b(?! \d+ R)/.exec(dictionary) ?? [];
    if (rest === undefined || !/\/Type ?\/EmbeddedFile/.test(dictionary) || !dictionary.includes('/FlateDecode')) continue;
    const start = at + rest.length;
    if (!length || start + Number(length) > bytes.length) throw new Refused('its attachment is cut off');
    found.push(bytes.subarray(start, start + Number(length)));
  }
  return found;
}

/** @param {Uint8Array} packed zlib. @returns {Promise<Uint8Array>} */
async function inflate(packed) {
  const parts = [];
  let size = 0;
  try {
    const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.length;
      if (size > LIMIT) throw new Refused('its attachment is too large');
      parts.push(part.value);
    }
  } catch (error) {
    throw error instanceof Refused ? error : new Refused('its attachment cannot be unpacked');
  }
  return concat(...parts);
}

/**
 * @param {Uint8Array} bytes @param {(digest: Uint8Array) => boolean} isIssued
 * @returns {Promise<boolean>} Whether the file is an issued one, whole, with document timestamps added behind it.
 */
export async function isArchived(bytes, isIssued) {
  const characters = latin(bytes);
  for (let end = characters.indexOf('%%EOF'), tried = 0; end !== -1 && tried < MOST; end = characters.indexOf('%%EOF', end + 1), tried++) {
    for (const length of [end + 5, end + 6]) {
      if (length < bytes.length && isIssued(await sha256(bytes.subarray(0, length)))) {
        return /\/DocTimeStamp|\/DSS\b/.test(characters.slice(length));
      }
    }
  }
  return false;
}
