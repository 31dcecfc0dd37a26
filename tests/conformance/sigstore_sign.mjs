// Signs the payload given on standard input with node:crypto and writes the bundle that @sigstore/bundle makes of it.
// Input: {payload: base64, payloadType, pem: private key, hint}.
import { createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.argv[2] + "/");
const { bundleToJSON, toDSSEBundle } = require("@sigstore/bundle");
const { dsse } = require("@sigstore/core");

const { payload, payloadType, pem, hint } = JSON.parse(readFileSync(0, "utf8"));
const artifact = Buffer.from(payload, "base64");
const key = createPrivateKey(pem);
const signed = dsse.preAuthEncoding(payloadType, artifact);
const signature = sign(key.asymmetricKeyType === "ed25519" ? null : "sha256", signed, key);
const made = toDSSEBundle({ artifact, artifactType: payloadType, signature, keyHint: hint });
process.stdout.write(JSON.stringify(bundleToJSON(made)));
