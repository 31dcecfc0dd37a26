// Signed statements: DSSE envelopes in Sigstore bundles v0.3, with ECDSA P-256 or Ed25519.

import { concat, hex, Refused, sha256, unbase64, utf8 } from './bytes.js';
import { parse } from './canonical.js';

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
const P256_DER = '06072a8648ce3d020106082a8648ce3d030107';
const ED25519_DER = '302a300506032b6570032100';

/**
 * @typedef {{payload: Uint8Array, sha256: string, keyid: string, signature: Uint8Array, statement: any}} Bundle
 * A statement and its one signature; nothing is believed until `verifySignature`.
 */

/** @param {string} type @param {Uint8Array} payload @returns {Uint8Array} The bytes that are signed (DSSE v1, PAE). */
export function pae(type, payload) {
  return concat(utf8(`DSSEv1 ${utf8(type).length} ${type} ${payload.length} `), payload);
}

/** @param {any} document @param {string} name @returns {Promise<Bundle>} */
export async function readBundle(document, name) {
  const envelope = document?.dsseEnvelope;
  const signatures = envelope?.signatures;
  if (document?.mediaType !== BUNDLE_TYPE || envelope?.payloadType !== PAYLOAD_TYPE || !Array.isArray(signatures)) {
    throw new Refused(`${name} is not a signed statement`);
  }
  if (signatures.length !== 1) throw new Refused(`${name} carries ${signatures.length} signatures instead of one`);
  const material = document.verificationMaterial;
  requireOnly(document, ['mediaType', 'verificationMaterial', 'dsseEnvelope'], name);
  requireOnly(material, ['publicKey', 'tlogEntries', 'timestampVerificationData'], name);
  requireOnly(material?.publicKey, ['hint'], name);
  requireOnly(envelope, ['payload', 'payloadType', 'signatures'], name);
  requireOnly(signatures[0], ['sig', 'keyid'], name);
  if (material.tlogEntries !== undefined && JSON.stringify(material.tlogEntries) !== '[]') throw new Refused(`${name} is malformed`);
  const keyid = signatures[0].keyid;
  if (keyid !== material.publicKey.hint) throw new Refused(`${name} names two different keys`);
  const payload = unbase64(envelope.payload, `the payload of ${name}`);
  const statement = parse(payload, `the statement of ${name}`);
  if (statement._type !== STATEMENT_TYPE) throw new Refused(`${name} is no in-toto Statement v1`);
  return {
    payload, statement, keyid, sha256: hex(await sha256(payload)),
    signature: unbase64(signatures[0].sig, `the signature of ${name}`),
  };
}

/** What nobody signed must be nothing else than what is known. */
export function requireOnly(value, names, name) {
  if (value === null || typeof value !== 'object' || Object.keys(value).some((key) => !names.includes(key))) {
    throw new Refused(`${name} holds something unknown`);
  }
}

/** @param {Bundle} bundle @param {string} pem Public key, PEM text. @returns {Promise<void>} Throws unless the key signed it. */
export async function verifySignature(bundle, pem) {
  if (hex(await sha256(utf8(pem))) !== bundle.keyid) throw new Refused('it was signed with another key');
  const der = unbase64(pem.replace(/-----(BEGIN|END) PUBLIC KEY-----|\s/g, ''), 'the public key');
  const signed = pae(PAYLOAD_TYPE, bundle.payload);
  const ok = hex(der).startsWith(ED25519_DER) ? await verifyEd25519(der.subarray(12), bundle.signature, signed)
    : await verifyP256(der, bundle.signature, signed);
  if (!ok) throw new Refused('its signature does not match: it was changed after it was signed');
}

/** @param {Uint8Array} key 32 bytes. @param {Uint8Array} signature @param {Uint8Array} data @returns {Promise<boolean>} */
export async function verifyEd25519(key, signature, data) {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']);
  return crypto.subtle.verify({ name: 'Ed25519' }, imported, signature, data);
}

async function verifyP256(der, signature, data) {
  if (!hex(der).includes(P256_DER)) throw new Refused('its key is of a kind that is not used here');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const imported = await crypto.subtle.importKey('spki', der, algorithm, false, ['verify']);
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, imported, rawSignature(signature), data);
}

/**
 * WebCrypto wants r and s in 32 bytes each, and answers `false` to the DER that everybody else writes.
 *
 * @param {Uint8Array} der ECDSA-Sig-Value (RFC 3279 section 2.2.3), in its one spelling.
 * @returns {Uint8Array} 64 bytes.
 */
export function rawSignature(der) {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) throw new Refused('its signature is malformed');
  const raw = new Uint8Array(64);
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1];
    const number = der.subarray(at + 2, at + 2 + length);
    const padded = number[0] === 0 && number[1] >= 0x80;
    if (der[at] !== 2 || number.length !== length || length === 0 || number[0] >= 0x80 || (number[0] === 0 && !padded)) {
      throw new Refused('its signature is malformed');
    }
    const digits = padded ? number.subarray(1) : number;
    if (digits.length > 32) throw new Refused('its signature is malformed');
    raw.set(digits, end - digits.length);
    at += 2 + length;
  }
  if (at !== der.length) throw new Refused('its signature is malformed');
  return raw;
}
