// Bytes, hexadecimal, base64 and SHA-256, read strictly: every value has one spelling.

/** What a file or a text from outside must not be. */
export class Refused extends Error {}

/** @param {Uint8Array[]} parts @returns {Uint8Array} */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {string} text @returns {Uint8Array} */
export function utf8(text) {
  return new TextEncoder().encode(text);
}

/** @param {Uint8Array} bytes @param {string} name @returns {string} Text without a byte order mark; throws on what is no UTF-8. */
export function text(bytes, name) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused(`${name} is not UTF-8 text`);
  }
}

/** @param {Uint8Array} bytes @returns {string} Lower-case hexadecimal. */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {Uint8Array} a @param {Uint8Array} b @returns {boolean} */
export function equal(a, b) {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** @param {Uint8Array} bytes @returns {string} Standard base64, padded. */
export function base64(bytes) {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

/** @param {unknown} value @param {string} name @returns {Uint8Array} The bytes of base64 in its one spelling (RFC 4648 section 4). */
export function unbase64(value, name) {
  let binary;
  try {
    binary = atob(/** @type {string} */ (value));
  } catch {
    throw new Refused(`${name} is not base64`);
  }
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  if (base64(bytes) !== value) throw new Refused(`${name} is base64 in a spelling that no writer produces`);
  return bytes;
}

/** @param {Uint8Array} bytes @returns {Promise<Uint8Array>} */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}
