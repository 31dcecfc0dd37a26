// Runs the pages' scripts in Node.js: node scripts.mjs FOLDER INPUT, where INPUT is JSON; prints what came out as JSON.

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [folder, input] = process.argv.slice(2);
const { files, data, now, leaf, flips, stride } = JSON.parse(readFileSync(input, 'utf-8'));
const load = (name) => import(pathToFileURL(`${folder}/${name}.js`));
const [{ verifyFile }, { verifyProof, readLogKey, entryOf }, dsse, canon, { fold, dated }] = await Promise.all(
  ['verify', 'note', 'dsse', 'canonical', 'status'].map(load));
const bytesOf = (text) => new Uint8Array(Buffer.from(text, 'base64'));

async function accepted(make) {
  try {
    await make();
    return true;
  } catch {
    return false;
  }
}

/** How many single-bit changes of `bytes` are still accepted, of how many. */
async function flipped(bytes, positions, accept) {
  let wrong = 0;
  for (const position of positions) {
    const changed = Uint8Array.from(bytes);
    changed[position >> 3] ^= 1 << (position & 7);
    wrong += await accept(changed);
  }
  return { wrong, tried: positions.length };
}

/** Every bit, or every few where the time is short. */
const every = (bytes) => Array.from({ length: bytes.length * 8 }, (_, at) => at).filter((at) => at % stride === 0);
const outcomes = {};
for (const [name, file] of Object.entries(files)) outcomes[name] = await verifyFile(bytesOf(file), data, now);

const log = await readLogKey(data.vkey);
const bundle = canon.parseCanonical(bytesOf(files.bundle), 'file');
const certificate = await dsse.readBundle(bundle.certificate, 'certificate');
const proof = Buffer.from(bundle.certificateProof);
const text = (bytes) => Buffer.from(bytes).toString('utf-8');
const pemOf = (one) => data.keys[one.dsseEnvelope.signatures[0].keyid].pem;
const key = data.keys[certificate.keyid].pem;
const shortest = Object.values(bundle.statements).filter((one) => one.dsseEnvelope.signatures[0].keyid in data.keys)
  .sort((a, b) => pemOf(a).length - pemOf(b).length)[0]; // by an Ed25519 key, where there is one
const ed = await dsse.readBundle(shortest, 'statement');
const good = async (file) => (await verifyFile(file, data, now)).verdict === 'valid';

const mutations = {
  proof: await flipped(proof, every(proof), (bytes) => accepted(() => verifyProof(text(bytes), entryOf(certificate), log))),
  leaf: await flipped(entryOf(certificate), every(entryOf(certificate)),
    (bytes) => accepted(() => verifyProof(text(proof), bytes, log))),
  vkey: await flipped(Buffer.from(data.vkey), every(Buffer.from(data.vkey)),
    (bytes) => accepted(async () => verifyProof(text(proof), entryOf(certificate), await readLogKey(text(bytes))))),
  ecdsa: await flipped(certificate.signature, every(certificate.signature),
    (signature) => accepted(() => dsse.verifySignature({ ...certificate, signature }, key))),
  ed25519: await flipped(ed.signature, every(ed.signature),
    (signature) => accepted(() => dsse.verifySignature({ ...ed, signature }, data.keys[ed.keyid].pem))),
  payload: await flipped(ed.payload, every(ed.payload).filter((at) => at % 7 === 0),
    (payload) => accepted(() => dsse.verifySignature({ ...ed, payload }, data.keys[ed.keyid].pem))),
  bundle: await flipped(bytesOf(files.bundle), flips.bundle, good),
  pdf: files.pdf ? await flipped(bytesOf(files.pdf), flips.pdf, good) : { wrong: 0, tried: 0 },
};

/** `revoked/a/2` is a revocation by key a where two must sign; a third letter names another statement. */
const state = (index, word) => {
  const [name, keyid = 'a', needed = '1', sha256 = name] = word.split('/');
  return { index, state: name, reason: '', declaredAt: '', keyid, sha256, needed: Number(needed) };
};
const folds = [[], ['suspended'], ['suspended', 'reinstated'], ['revoked', 'reinstated'], ['superseded', 'revoked'],
  ['superseded', 'reinstated'], ['suspended', 'superseded'],
  ['revoked/a/2'], ['revoked/a/2', 'revoked/a/2'], ['revoked/a/2', 'revoked/b/2'], ['revoked/a/2', 'revoked/b/2/other'],
  ['suspended', 'reinstated/a/2'], ['suspended', 'reinstated/a/2', 'reinstated/b/2'],
  ['suspended', 'reinstated/a/2', 'suspended/a', 'reinstated/b/2'], ['revoked/a/2', 'reinstated/a/2', 'reinstated/b/2', 'revoked/b/2']].map((words) => fold(words.map((word, at) => state(at, word)).reverse()).standing);

const term = { validFrom: '2026-11-23T17:00:00Z', validUntil: '2027-05-22T17:00:00Z' };
const dates = ['2026-11-23T16:59:59Z', term.validFrom, '2027-05-22T16:59:59Z', term.validUntil].map((at) => dated('valid', term, at));

const later = new Date(Date.parse(now) + 25 * 3600 * 1000).toISOString().replace('.000', '');
const stale = (await verifyFile(bytesOf(files.bundle), data, later)).verdict;
const unknown = await verifyFile(bytesOf(files.bundle), { ...data, certificates: {}, complete: false }, now);
const keyless = await verifyFile(bytesOf(files.bundle), { ...data, keys: {} }, now);

console.log(JSON.stringify({ stale, unknown, keyless, outcomes, mutations, folds, dates, leaf: text(entryOf(certificate)) === leaf }));
