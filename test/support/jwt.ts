// Signed tokens of an identity provider, made by hand.
import { sign, type KeyObject } from 'node:crypto';

export function signed(key: KeyObject, token: { readonly header: object; readonly claims: object }): string {
  const [header, payload] = [token.header, token.claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const text = `${header}.${payload}`;
  const signature = sign('sha256', Buffer.from(text), key.asymmetricKeyType === 'ec' ? { key, dsaEncoding: 'ieee-p1363' } : key);
  return `${text}.${signature.toString('base64url')}`;
}
