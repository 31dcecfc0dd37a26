// The one attachment of a certificate's PDF. What comes out is believed only if the whole file's digest is the logged one,
// or if its signatures verify: this reader need not be cleverer than a hostile file.

import { concat, Refused } from './bytes.js';

const LIMIT = 64 * 1024 * 1024;
const DICTIONARY = /<<(?:(?!<<\/Type|endobj|stream)[\s\S]){0,600}?\/Type ?\/EmbeddedFile[\s\S]{0,600}?>>\s*stream\r?\n/g;

/** @param {Uint8Array} bytes @returns {boolean} */
export function isPdf(bytes) {
  return String.fromCharCode(...bytes.subarray(0, 5)) === '%PDF-';
}

/** @param {Uint8Array} bytes @returns {Promise<Uint8Array>} The attached bundle. */
export async function attachment(bytes) {
  const characters = new TextDecoder('latin1').decode(bytes);
  const found = [...characters.matchAll(DICTIONARY)].filter((match) => match[0].includes('/FlateDecode'));
  if (found.length !== 1) throw new Refused(found.length ? 'it has several attachments' : 'it carries no certificate bundle');
  const [dictionary] = found[0];
  const [, length] = /\/Length (\d{1,9})\b(?! \d+ R)/.exec(dictionary) ?? [];
  const start = found[0].index + dictionary.length;
  if (!length || start + Number(length) > bytes.length) throw new Refused('its attachment is cut off');
  return inflate(bytes.subarray(start, start + Number(length)));
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
