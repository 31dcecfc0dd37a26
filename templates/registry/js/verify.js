// A certificate, checked against what the page already holds. Nothing here asks the network for anything.

import { hex, Refused, sha256, utf8 } from './bytes.js';
import { canonical, parseCanonical } from './canonical.js';
import { readBundle, requireOnly, verifySignature } from './dsse.js';
import { entryOf, readLogKey, verifyCheckpoint, verifyProof } from './note.js';
import { attachment, isArchived, isPdf } from './pdf.js';
import { dated, fold } from './status.js';

const BASE = 'https://certify-models.dev/predicates';
export const LARGEST = 64 * 1024 * 1024;

/** How long the registry's answer about withdrawals is taken for the present one. */
const DAY = 24 * 3600 * 1000;

/** @typedef {{id: string, title: string, result: 'pass'|'fail'|'skip'|'warn', detail: string}} Check */
/** @typedef {{verdict: string, serial: string, model: string, reason: string, checks: Check[]}} Outcome */

/** Something that cannot be told here, and is therefore neither right nor wrong. */
class Unknown extends Error {}

/**
 * @param {Uint8Array} bytes The file. @param {any} data What the page carries. @param {string} now UTC, to the second.
 * @returns {Promise<Outcome>} The verdict is `valid`, `stale`, `invalid`, `incomplete`, or how the certificate stands.
 */
export async function verifyFile(bytes, data, now) {
  /** @type {Outcome} */
  const outcome = { verdict: 'invalid', serial: '', model: '', reason: '', checks: [] };
  const check = recorder(outcome.checks);
  const file = await check('file', 'Can be read', () => readFile(bytes));
  if (!file) {
    settle(outcome, null, {}, now);
    return outcome;
  }
  const { certificate, whole } = file;
  const claim = certificate.statement.predicate;
  Object.assign(outcome, { serial: String(claim.serial), model: String(claim.model?.name ?? '') });
  const world = { data, log: await readLogKey(data.vkey), file, claim, bytes, fileSha256: hex(await sha256(bytes)) };
  await check('signature', 'Signed by the issuer', () => issuerSigned(world));
  await check('log', 'In the log', () => inLog(world));
  await check('evidence', 'Evidence signed', () => evidenceSigned(world));
  await check('policy', 'Policy as named', () => policyAsNamed(world));
  const answer = await check('known', 'Known to the registry', () => known(world));
  if (whole) await check('whole-file', 'Every byte as issued', () => asIssued(world, answer));
  const standing = await check('status', 'Status', () => status(world, answer));
  settle(outcome, standing, claim, now);
  if (outcome.verdict === 'valid' && age(data.loadedAt, now) > DAY) {
    Object.assign(outcome, { verdict: 'stale', reason: `How it stood at ${data.loadedAt}; it may have been withdrawn since.` });
  }
  return outcome;
}

/** Milliseconds between two times. */
function age(from, to) {
  return Date.parse(to) - Date.parse(from);
}

/** @param {Check[]} checks */
function recorder(checks) {
  return async (id, title, make) => {
    try {
      const { detail, value, result = 'pass' } = await make();
      checks.push({ id, title, result, detail });
      return value;
    } catch (error) {
      const unknown = error instanceof Unknown || error?.name === 'NotSupportedError';
      const detail = error instanceof Unknown || error instanceof Refused ? error.message : `it cannot be checked: ${error}`;
      checks.push({ id, title, result: unknown ? 'skip' : 'fail', detail });
      return null;
    }
  };
}

function settle(outcome, standing, claim, now) {
  const failed = outcome.checks.find((one) => one.result === 'fail');
  if (failed) {
    outcome.reason = `${failed.title}: ${failed.detail}.`;
    return;
  }
  outcome.verdict = 'incomplete';
  if (standing === null) return;
  const word = dated(standing.standing, claim, now);
  const dates = { expired: `Its validity ended at ${claim.validUntil}.`, not_yet_valid: `It begins at ${claim.validFrom}.` };
  outcome.reason = word === standing.standing && word !== 'valid' ? standing.change?.reason ?? '' : dates[word] ?? '';
  if (word === 'valid' && outcome.checks.some((one) => one.result === 'skip')) return;
  outcome.verdict = word;
}

async function readFile(bytes) {
  if (bytes.length > LARGEST) throw new Refused('it is too large to be a certificate');
  const whole = isPdf(bytes);
  const file = parseCanonical(whole ? await attachment(bytes) : bytes, whole ? 'the bundle inside' : 'the file');
  if (file.schema !== 'certify/bundle/v1') throw new Refused('it is not a certificate, nor its bundle');
  requireOnly(file, ['schema', 'certificate', 'certificateProof', 'statements', 'policy'], 'the bundle');
  const certificate = await readBundle(file.certificate, 'the certificate');
  if (certificate.statement.predicateType !== `${BASE}/certificate/v0.1`) throw new Refused('it holds no certificate');
  if (!Array.isArray(certificate.statement.predicate?.evidence)) throw new Refused('its certificate names no evidence');
  return { detail: whole ? 'a PDF with a bundle inside' : 'a bundle', value: { ...file, whole, certificate, bundle: file } };
}

/** @param {string} keyid @returns {string} As the pages print it. */
function keyWords(keyid) {
  return `key ${keyid.slice(0, 4)} ${keyid.slice(4, 8)}`;
}

/** The holder of the key that signed, which must fill a role by the registry's word. */
async function signedBy(bundle, role, { data }) {
  const key = Object.hasOwn(data.keys, bundle.keyid) ? data.keys[bundle.keyid] : null;
  if (key === null) throw new Unknown(`signed with ${keyWords(bundle.keyid)}, which this registry does not know`);
  await verifySignature(bundle, key.pem);
  if (role && !key.roles.includes(role)) throw new Refused(`${key.party} signed, and is not known as ${role}`);
  return key.former ? `${key.party}, with a key that is taken no more` : key.party;
}

async function issuerSigned(world) {
  const party = await signedBy(world.file.certificate, 'issuer', world);
  return { detail: `${party}, ${keyWords(world.file.certificate.keyid)}` };
}

async function inLog({ file, log }) {
  const found = await verifyProof(String(file.bundle.certificateProof), entryOf(file.certificate), log);
  return { detail: `entry ${found.index} of ${log.name}, under a root the log has signed` };
}

async function evidenceSigned(world) {
  const { claim, file } = world;
  const [named, held] = [claim.evidence.map((one) => one.payloadSha256), Object.keys(file.bundle.statements)];
  if ([...named].sort().join() !== [...held].sort().join()) throw new Refused('the statements are not those that the certificate names');
  let [unknown, places] = [0, 0];
  for (const one of claim.evidence) {
    const statement = await readBundle(file.bundle.statements[one.payloadSha256], `the ${one.kind} statement`);
    if (statement.sha256 !== one.payloadSha256 || statement.keyid !== one.keyid) throw new Refused(`the ${one.kind} statement is another`);
    places += await provenPlace(one, statement, world);
    unknown += await signedBy(statement, null, world).then(() => 0, (error) => {
      if (error instanceof Unknown) return 1;
      throw error instanceof Refused ? new Refused(`the ${one.kind} statement: ${error.message}`) : error;
    });
  }
  if (unknown) throw new Unknown(`${unknown} of ${named.length} statements are signed with keys this registry does not name`);
  return { detail: `${named.length} statements, each by the key that the certificate names; ${places} proven to be in the log` };
}

/** 1 where the certificate carries a log proof of a statement, which must hold; else 0. */
async function provenPlace(one, statement, { claim, log }) {
  const proof = claim.proofs?.[one.payloadSha256] ?? claim.proofs?.[one.kind];
  if (proof === undefined) return 0;
  const { index } = await verifyProof(String(proof), entryOf(statement), log).catch((error) => {
    throw error instanceof Refused ? new Refused(`the ${one.kind} statement: ${error.message}`) : error;
  });
  if (one.logIndex !== undefined && one.logIndex !== null && index !== one.logIndex) throw new Refused(`the ${one.kind} statement is at another place`);
  return 1;
}

async function policyAsNamed({ claim, file }) {
  const digest = hex(await sha256(utf8(canonical(file.bundle.policy))));
  if (digest !== claim.policy?.sha256) throw new Refused('the policy inside is not the one that the certificate names');
  return { detail: `${claim.policy.id} ${claim.policy.version}; only certify verify applies it again` };
}

async function known({ data, claim }) {
  const found = Object.hasOwn(data.certificates, claim.serial) ? data.certificates[claim.serial] : null;
  if (found) return { detail: `log entry ${found.logIndex}`, value: { ...found.answer, needed: found.needed } };
  if (data.complete) throw new Refused(`this registry holds no certificate ${claim.serial}`);
  throw new Unknown(`this page has not loaded ${claim.serial}: name the serial above, then drop the file again`);
}

/** A statement of the answer, signed in a role and in the log. */
async function logged(document, proof, role, type, world) {
  const bundle = await readBundle(document, `the registry's ${role === 'issuer' ? 'rendering' : 'status'}`);
  await signedBy(bundle, role, world);
  if (bundle.statement.predicateType !== `${BASE}/${type}/v0.1`) throw new Refused('the registry answers with another statement');
  const { index } = await verifyProof(String(proof), entryOf(bundle), world.log);
  return { index, said: bundle.statement.predicate, keyid: bundle.keyid, sha256: bundle.sha256 };
}

async function asIssued(world, answer) {
  if (!answer?.rendering) throw new Unknown('the registry has no entry to compare the file with');
  const { said } = await logged(answer.rendering, answer.renderingProof, 'issuer', 'rendering', world);
  const { claim, file } = world;
  if (await isArchived(world.bytes, (digest) => hex(digest) === said.pdfSha256)) {
    throw new Unknown('the issued file is in it, whole; what was added behind it, as archives do, only certify verify can judge');
  }
  if (said.pdfSha256 !== world.fileSha256 || said.serial !== claim.serial || said.certificateSha256 !== file.certificate.sha256) {
    throw new Refused('the file is not, byte for byte, the one that was issued');
  }
  return { detail: `sha256 ${world.fileSha256.slice(0, 16)}… as signed and logged` };
}

async function status(world, answer) {
  if (!answer) throw new Unknown('the registry’s answer about this certificate is not at hand');
  const { size } = await verifyCheckpoint(String(answer.checkpoint), world.log);
  const changes = [];
  for (const [number, entry] of (answer.statuses ?? []).entries()) {
    const { said, ...place } = await logged(entry.bundle, entry.proof, 'revoker', 'status', world);
    if (said.serial === world.claim.serial) changes.push({ ...said, ...place, needed: answer.needed?.[number] ?? 1 });
  }
  const found = fold(changes);
  const { standing, change } = found;
  const told = standing === 'valid' ? `not withdrawn in ${size} log entries` : `${standing}, log entry ${change.index}`;
  return { detail: `${told}; as this page was loaded, ${world.data.loadedAt}`, value: found, result: change && standing !== 'valid' ? 'warn' : 'pass' };
}
