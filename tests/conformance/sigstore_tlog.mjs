// Reads a list of log proofs on standard input and says of each what @sigstore/verify makes of path and checkpoint.
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const folder = process.argv[2];
const require = createRequire(folder + "/");
const { verifyCheckpoint } = require(folder + "/dist/tlog/checkpoint.js");
const { verifyMerkleInclusion } = require(folder + "/dist/tlog/merkle.js");

const bytes = (text) => Buffer.from(text, "base64");

function judge({ index, size, root, hashes, checkpoint, leaf, keyId, name, publicKey }) {
  const inclusionProof = {
    logIndex: String(index), treeSize: String(size), rootHash: bytes(root), hashes: hashes.map(bytes),
    checkpoint: { envelope: checkpoint },
  };
  const entry = { logIndex: String(index), logId: { keyId: bytes(keyId) }, canonicalizedBody: bytes(leaf), inclusionProof };
  const key = createPublicKey({ key: bytes(publicKey), format: "der", type: "spki" });
  const tlog = { logID: bytes(keyId), baseURL: "https://" + name, publicKey: key, validFor: {} };
  verifyMerkleInclusion(entry, verifyCheckpoint(entry, [tlog]));
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
