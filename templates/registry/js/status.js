// How a certificate stands: a function of its signed changes in the log's order, never of the signers' clocks.

/**
 * @typedef {{index: number, state: string, reason: string, declaredAt: string, keyid: string, sha256: string, needed: number}} Change
 * `sha256` names the statement: two revokers who sign one revocation sign the same; `needed` is how many must.
 */

/**
 * The first complete revocation is final; short of that, the first successor is. A revocation that too few have signed
 * suspends. Reinstating lifts suspensions, needs as many voices, and a suspension in between makes them void.
 *
 * @param {Change[]} changes In any order.
 * @returns {{standing: string, change: Change | null}} `valid`, `suspended`, `revoked` or `superseded`.
 */
export function fold(changes) {
  const found = { revoked: null, superseded: null, suspended: null, valid: null };
  let [revoking, reinstating, waits] = [new Map(), new Map(), false];
  for (const change of [...changes].sort((a, b) => a.index - b.index)) {
    if (change.state === 'revoked' && agreed(revoking, change)) found.revoked ??= change;
    else if (change.state === 'revoked') [found.suspended, reinstating, waits] = [change, new Map(), true];
    else if (change.state === 'superseded') found.superseded ??= change;
    else if (change.state === 'suspended') {
      if (!waits) found.suspended = change;
      reinstating = new Map();
    } else if (change.state === 'reinstated' && agreed(reinstating, change)) {
      Object.assign(found, { valid: change, suspended: null });
      [revoking, reinstating, waits] = [new Map(), new Map(), false];
    }
  }
  const standing = ['revoked', 'superseded', 'suspended'].find((name) => found[name]) ?? 'valid';
  return { standing, change: found[standing] };
}

/** Whether enough different keys have signed this statement by now. */
function agreed(voices, change) {
  const signed = voices.get(change.sha256) ?? new Set();
  voices.set(change.sha256, signed.add(change.keyid));
  return signed.size >= change.needed;
}

/**
 * @param {string} standing @param {{validFrom: string, validUntil: string}} certificate @param {string} now UTC, to the second.
 * @returns {string} The standing, or what the dates make of a valid one.
 */
export function dated(standing, certificate, now) {
  if (standing !== 'valid') return standing;
  if (now < certificate.validFrom) return 'not_yet_valid';
  return now >= certificate.validUntil ? 'expired' : 'valid';
}
