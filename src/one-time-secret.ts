// Secrets that are made here, used once, and known to everybody else by their digest only.
import { createHash, createHmac, randomBytes } from 'node:crypto';

/** 256 random bits, in letters that stand in an address. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

const SECRET = /^[A-Za-z0-9_-]{43}$/;
export const isSecret = (text: string): boolean => SECRET.test(text);

/** SHA-256, lower-case hex: what may be kept and written down. Enough without salt, since the secret can't be guessed. */
export function digestOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** A further secret for one purpose, which tells nothing of the first. */
export function derivedSecret(secret: string, purpose: string): string {
  return createHmac('sha256', secret).update(purpose).digest('base64url');
}
