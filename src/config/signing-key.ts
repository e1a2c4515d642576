// The key that signs decision records: only `countersign export` needs it, so the product starts without.
import { createPrivateKey } from 'node:crypto';
import type { Problem } from './problem.ts';
import { problemOf, type Variables } from './read-secret.ts';
import type { SecretFiles } from './secret.ts';

const NAME = 'COUNTERSIGN_SIGNING_KEY';
const FIX = `Make one with \`openssl genpkey -algorithm ed25519 -out signing.pem\`, and give it as ${NAME} or its path as ${NAME}_FILE`;

/** PEM, ed25519 or P-256. Never in a problem. */
export function readSigningKey(env: Variables, files: Pick<SecretFiles, 'readText'>): { readonly pem: string } | { readonly problem: Problem } {
  const path = env[`${NAME}_FILE`];
  const given = env[NAME];
  const wrong = (found: string): { readonly problem: Problem } => ({ problem: problemOf(path === undefined ? NAME : `${NAME}_FILE`, found, FIX) });
  if (given !== undefined && path !== undefined) return { problem: problemOf(NAME, `${NAME}_FILE is set as well`, 'Keep one of them') };
  let text = given ?? '';
  try {
    if (path !== undefined) text = files.readText(path);
  } catch {
    return wrong("the file can't be read");
  }
  if (text.trim() === '') return wrong('there is no key to sign with');
  // Variables carry line ends as `\n`.
  const pem = text.trim().replaceAll('\\n', '\n');
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    const isFit = asymmetricKeyType === 'ed25519' || (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1');
    return isFit ? { pem } : wrong('it is neither an ed25519 nor a P-256 key');
  } catch {
    return wrong('it is no PEM private key without a password');
  }
}
