// How a certificate stands: a function of its signed changes in the log's order, never of the signers' clocks.

/** @typedef {{index: number, state: string, reason: string, declaredAt: string}} Change */

/**
 * The first revocation is final; short of that, the first successor is; reinstating lifts a suspension and nothing else.
 *
 * @param {Change[]} changes In any order.
 * @returns {{standing: string, change: Change | null}} `valid`, `suspended`, `revoked` or `superseded`.
 */
export function fold(changes) {
  const ordered = [...changes].sort((a, b) => a.index - b.index);
  for (const final of ['revoked', 'superseded']) {
    const change = ordered.find((one) => one.state === final);
    if (change) return { standing: final, change };
  }
  const last = ordered[ordered.length - 1] ?? null;
  return { standing: last?.state === 'suspended' ? 'suspended' : 'valid', change: last };
}

/**
 * @param {string} standing @param {{validFrom: string, validUntil: string}} certificate @param {string} now UTC, to the second.
 * @returns {string} The standing, or what the dates make of a valid one.
 */
export function dated(standing, certificate, now) {
  if (standing !== 'valid') return standing;
  if (now < certificate.validFrom) return 'not_yet_valid';
  return now > certificate.validUntil ? 'expired' : 'valid';
}
