// Signed checkpoints and log proofs (C2SP signed-note, tlog-checkpoint, tlog-proof).

import { concat, equal, hex, Refused, sha256, unbase64, utf8 } from './bytes.js';
import { canonical } from './canonical.js';
import { verifyEd25519 } from './dsse.js';
import { climb, leafHash } from './merkle.js';

const HEADER = 'c2sp.org/tlog-proof@v1';
const ED25519 = 1;

/** @typedef {{name: string, id: Uint8Array, key: Uint8Array}} LogKey */
/** @typedef {{origin: string, size: number, root: Uint8Array}} Checkpoint */

/** @param {string} vkey `name+keyid+key` in one line. @returns {Promise<LogKey>} */
export async function readLogKey(vkey) {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey) ?? [];
  const key = name ? unbase64(encoded, 'the log key') : new Uint8Array();
  const made = (await sha256(concat(utf8(`${name}\n`), key))).subarray(0, 4);
  if (key.length !== 33 || key[0] !== ED25519 || hex(made) !== id) throw new Refused('the log key is malformed');
  return { name, id: made, key: key.subarray(1) };
}

/** @param {string} digits @returns {number} A decimal number as logs write it. */
function number(digits) {
  const value = Number(digits);
  if (!/^(0|[1-9][0-9]*)$/.test(digits) || !Number.isSafeInteger(value)) throw new Refused('a number of the proof is malformed');
  return value;
}

/** @param {string} note @param {LogKey} log @returns {Promise<Checkpoint>} The checkpoint, if the log signed it. */
export async function verifyCheckpoint(note, log) {
  const cut = note.lastIndexOf('\n\n');
  if (cut < 1 || !note.endsWith('\n')) throw new Refused('the checkpoint has no signature');
  const body = note.slice(0, cut + 1);
  await requireSigned(body, note.slice(cut + 2, -1).split('\n'), log);
  const lines = body.split('\n');
  const root = lines.length === 4 ? unbase64(lines[2], 'the root') : new Uint8Array();
  if (root.length !== 32 || lines[0] !== log.name) throw new Refused('the checkpoint is malformed, or of another log');
  return { origin: lines[0], size: number(lines[1]), root };
}

async function requireSigned(body, lines, log) {
  let found = false;
  for (const line of lines) {
    const [, name, encoded] = /^\u2014 ([^+\s]+) (\S+)$/.exec(line) ?? [];
    if (!name) throw new Refused('a line under the checkpoint is no signature');
    const signature = unbase64(encoded, 'a signature under the checkpoint');
    if (name !== log.name || !equal(signature.subarray(0, 4), log.id)) continue;
    if (!(await verifyEd25519(log.key, signature.subarray(4), utf8(body)))) {
      throw new Refused('the log did not sign this checkpoint');
    }
    found = true;
  }
  if (!found) throw new Refused('the log did not sign this checkpoint');
}

/** @param {string} proof tlog-proof. @returns {{index: number, path: Uint8Array[], checkpoint: string}} */
export function readProof(proof) {
  const cut = proof.indexOf('\n\n');
  const lines = proof.slice(0, Math.max(cut, 0)).split('\n');
  if (lines.shift() !== HEADER) throw new Refused('the log proof is malformed');
  if (lines[0]?.startsWith('extra ')) lines.shift();
  const index = lines.shift() ?? '';
  if (!index.startsWith('index ') || lines.length > 63) throw new Refused('the log proof is malformed');
  const path = lines.map((line) => unbase64(line, 'a hash of the proof'));
  if (path.some((hash) => hash.length !== 32)) throw new Refused('a hash of the proof is malformed');
  return { index: number(index.slice(6)), path, checkpoint: proof.slice(cut + 2) };
}

/**
 * @param {string} proof @param {Uint8Array} entry What the log hashed. @param {LogKey} log
 * @returns {Promise<{index: number, size: number, made: Uint8Array[]}>} Where the entry is; throws unless it is in the log.
 */
export async function verifyProof(proof, entry, log) {
  const read = readProof(proof);
  const checkpoint = await verifyCheckpoint(read.checkpoint, log);
  const made = await climb(await leafHash(entry), read.index, checkpoint.size, read.path);
  if (made === null || !equal(made[made.length - 1], checkpoint.root)) throw new Refused('it is not in the log at this place');
  return { index: read.index, size: checkpoint.size, made };
}

/** @param {import('./dsse.js').Bundle} bundle @returns {Uint8Array} The record that the log keeps of a statement. */
export function entryOf(bundle) {
  return utf8(canonical({
    keyid: bundle.keyid,
    payloadSha256: bundle.sha256,
    predicateType: bundle.statement.predicateType,
    subject: bundle.statement.subject?.[0]?.digest?.sha256,
  }));
}

