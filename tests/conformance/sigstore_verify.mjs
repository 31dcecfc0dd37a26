// Reads a list of cases on standard input and says of each what @sigstore/bundle and @sigstore/verify make of it.
// A case: {bundle: text, keys: {hint: PEM}, timestamps: number wanted, authorities: list of certificate chains, base64 DER}.
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.argv[2] + "/");
const { bundleFromJSON } = require("@sigstore/bundle");
const { Verifier, toSignedEntity, toTrustMaterial } = require("@sigstore/verify");

const der = (text) => Buffer.from(text, "base64");

function judge({ bundle, keys, timestamps = 0, authorities = [] }) {
  const timestampAuthorities = authorities.map((chain) => ({
    certChain: { certificates: chain.map((certificate) => ({ rawBytes: der(certificate) })) },
  }));
  const root = { certificateAuthorities: [], timestampAuthorities, tlogs: [], ctlogs: [] };
  const known = (hint) => {
    if (!(hint in keys)) throw new Error(`key not found: ${hint}`);
    return { publicKey: createPublicKey(keys[hint]), validFor: () => true };
  };
  const thresholds = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: timestamps };
  const verifier = new Verifier(toTrustMaterial(root, known), thresholds);
  verifier.verify(toSignedEntity(bundleFromJSON(JSON.parse(bundle))));
}

const verdicts = JSON.parse(readFileSync(0, "utf8")).map((one) => {
  try {
    judge(one);
    return { accepts: true, why: "" };
  } catch (error) {
    return { accepts: false, why: String(error.message) };
  }
});
process.stdout.write(JSON.stringify(verdicts));
