// JSON in its one spelling (RFC 8785): what nobody signed could otherwise be changed unseen.

import { Refused, text } from './bytes.js';

const DEPTH = 64;

/** @param {any} value @param {number} [depth] @returns {string} The canonical form. */
export function canonical(value, depth = 0) {
  if (depth > DEPTH) throw new Refused(`it nests more than ${DEPTH} brackets`);
  if (Array.isArray(value)) return `[${value.map((part) => canonical(part, depth + 1)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const keys = Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key], depth + 1)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/**
 * @param {Uint8Array} bytes @param {string} name
 * @returns {any} The value of JSON, which must be an object.
 */
export function parse(bytes, name) {
  let value;
  try {
    value = JSON.parse(text(bytes, name));
  } catch (error) {
    throw error instanceof Refused ? error : new Refused(`${name} is not JSON`);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new Refused(`${name} is no object`);
  return value;
}

/**
 * @param {Uint8Array} bytes @param {string} name
 * @returns {any} The value of canonical JSON; a second key of one name or another spelling is refused.
 */
export function parseCanonical(bytes, name) {
  const value = parse(bytes, name);
  if (canonical(value) !== text(bytes, name)) throw new Refused(`${name} is not in the form that certify writes`);
  return value;
}
