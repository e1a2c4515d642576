// Signed envelopes: DSSE (https://github.com/secure-systems-lab/dsse, protocol.md), as in-toto uses it. The signature is over the bytes of
// the payload, so that nothing has to be parsed before it is verified.
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import type { Envelope } from './schema.ts';

export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** What is signed: type and payload, each with its length in bytes, so that neither can pass for a part of the other. */
export function preAuthEncoding(type: string, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.byteLength} `), payload]);
}

/** Name of a key: its RFC 7638 thumbprint (SHA-256, base64url), the same for both halves. */
export async function keyId(key: KeyObject): Promise<string> {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return calculateJwkThumbprint(half.export({ format: 'jwk' }));
}

/** The kinds of keys we sign with: ed25519 and P-256. null: another kind. */
function kindOfKey(key: KeyObject): 'ed25519' | 'p-256' | null {
  if (key.asymmetricKeyType === 'ed25519') return 'ed25519';
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'p-256' : null;
}

/** Ed25519 hashes by itself; ECDSA is told SHA-256, and its signature is DER as everywhere in DSSE. */
const digestFor = (key: KeyObject): 'sha256' | null => (kindOfKey(key) === 'ed25519' ? null : 'sha256');

/** `privateKey`: PEM of a kind that `kindOfKey` names. */
export async function seal(payload: Uint8Array, privateKey: string): Promise<Envelope> {
  const key = createPrivateKey(privateKey);
  const signature = sign(digestFor(key), preAuthEncoding(PAYLOAD_TYPE, payload), key);
  return {
    payloadType: PAYLOAD_TYPE,
    payload: Buffer.from(payload).toString('base64'),
    signatures: [{ keyid: await keyId(key), sig: signature.toString('base64') }],
  };
}

/** The payload and the key that signed it; null: none of these keys did. `keyid` is a hint of whoever wrote the file and decides nothing. */
export function open(envelope: Envelope, keys: readonly KeyObject[]): { readonly payload: Buffer; readonly key: KeyObject } | null {
  const payload = Buffer.from(envelope.payload, 'base64');
  const signed = preAuthEncoding(envelope.payloadType, payload);
  const key = keys.find((one) => envelope.signatures.some(({ sig }) => verify(digestFor(one), signed, one, Buffer.from(sig, 'base64'))));
  return key === undefined ? null : { payload, key };
}

const PEM = /-----BEGIN ([A-Z ]*)-----[\s\S]*?-----END \1-----/g;

/** All public keys of a PEM file: several while one is being replaced. Empty: there is none that we verify with. */
export function readPublicKeys(text: string): readonly KeyObject[] {
  return [...text.matchAll(PEM)].flatMap(([block, label]) => {
    // Whoever verifies has no business with a private key.
    if (label?.includes('PRIVATE') === true) return [];
    try {
      const key = createPublicKey(block);
      return kindOfKey(key) === null ? [] : [key];
    } catch {
      return [];
    }
  });
}
