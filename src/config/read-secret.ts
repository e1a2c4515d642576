// One secret from a variable or its file, checked. Values never reach a problem.
import { createPrivateKey } from 'node:crypto';
import type { Problem } from './problem.ts';
import { createFileSecret, createSecret, type Secret, type SecretFiles } from './secret.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface SecretRule {
  readonly name: string;
  readonly required: boolean;
  /** What to write instead of a missing or wrong value. */
  readonly fix: string;
  readonly minLength: number;
  /** Tokens of a known kind begin so. */
  readonly prefix?: string;
  /** A PEM in any of the forms in which variables carry one, and what it is for. */
  readonly privateKey?: keyof typeof KEYS;
  /** `redis://` or `rediss://`, with a password inside perhaps. */
  readonly isRedisUrl?: true;
  /** A signed token of somebody else, which is replaced while we run: only its file makes sense. */
  readonly isJwtFile?: true;
  /** It is sent in a header. */
  readonly isHeader?: true;
  /** A further variable that names a file (Probot's `PRIVATE_KEY_PATH`). */
  readonly pathName?: string;
}

export interface ReadSecret {
  /** null: not given, or wrong. */
  readonly secret: Secret | null;
  readonly problems: readonly Problem[];
}

// Values of examples and templates, and the one that Probot falls back to.
const PLACEHOLDERS =
  /^(?:development|production|change[-_ ]?me|secrets?|my[-_ ]?secret|password|passw0rd|token|test(?:ing)?|example|dummy|fake|foo|bar|x+|todo|tbd|none|null|undefined|default|admin|placeholder|webhook[-_ ]?secret|your[-_ ].*|<.*>|\$\{.*\}|\.\.\.)$/i;

/** As itself or as a file. */
export function isGiven(env: Variables, name: string): boolean {
  return env[name] !== undefined || env[`${name}_FILE`] !== undefined;
}

export function readSecret(rule: SecretRule, env: Variables, files: SecretFiles): ReadSecret {
  const wrong = (name: string, found: string, fix = rule.fix): ReadSecret => ({ secret: null, problems: [problemOf(name, found, fix)] });
  if (rule.isJwtFile === true && env[rule.name] !== undefined)
    return wrong(rule.name, 'it would run out', `Name the file that holds it: ${rule.name}_FILE`);
  const fileNames = [`${rule.name}_FILE`, ...(rule.pathName === undefined ? [] : [rule.pathName])];
  const given = [rule.name, ...fileNames].filter((name) => env[name] !== undefined);
  const [name, second] = given;
  if (name === undefined)
    return rule.required ? wrong(rule.isJwtFile === true ? `${rule.name}_FILE` : rule.name, 'it is not set') : { secret: null, problems: [] };
  if (second !== undefined) return wrong(second, `${name} is set as well`, 'Keep one of them');
  const value = env[name] ?? '';
  if (value.trim() === '') return wrong(name, 'it is set, but empty', rule.required ? rule.fix : `Unset it, or: ${rule.fix}`);
  if (name === rule.name) {
    const flaw = flawOf(rule, value);
    const fixed = parse(rule, value);
    return flaw !== null || fixed === null ? wrong(name, flaw ?? 'it is not usable') : { secret: createSecret(() => fixed), problems: [] };
  }
  return readSecretFile(rule, { name, path: value, files });
}

function readSecretFile(rule: SecretRule, given: { readonly name: string; readonly path: string; readonly files: SecretFiles }): ReadSecret {
  const { name, path, files } = given;
  const wrong = (found: string): ReadSecret => ({ secret: null, problems: [problemOf(name, found, rule.fix)] });
  try {
    const firstStamp = files.stampOf(path);
    const text = withoutLastNewline(files.readText(path));
    const flaw = text.trim() === '' ? 'the file is empty' : flawOf(rule, text);
    const first = parse(rule, text);
    if (flaw !== null || first === null) return wrong(flaw ?? 'what the file holds is not usable');
    const secret = createFileSecret({ path, files, first, firstStamp, parse: (changed) => usable(rule, withoutLastNewline(changed)) });
    return { secret, problems: [] };
  } catch {
    return wrong("the file can't be read");
  }
}

export function problemOf(name: string, found: string, fix: string): Problem {
  return { file: null, line: null, path: name, found, fix };
}

function usable(rule: SecretRule, text: string): string | null {
  return text.trim() === '' || flawOf(rule, text) !== null ? null : parse(rule, text);
}

function flawOf(rule: SecretRule, value: string): string | null {
  if (rule.privateKey !== undefined) return flawOfKey(value, rule.privateKey);
  if (PLACEHOLDERS.test(value.trim()) || /^(.)\1*$/.test(value)) return 'it is a placeholder, which everybody knows';
  if (value !== value.trim()) return 'it begins or ends with white space';
  if (/\s/.test(value)) return 'it has white space inside';
  if (value.length < rule.minLength) return `it has ${value.length} characters; at least ${rule.minLength} are needed`;
  if (rule.isHeader === true && !/^[\x21-\x7e]+$/.test(value)) return 'it has characters that no token has';
  if (rule.isRedisUrl === true && !(URL.canParse(value) && /^rediss?:\/\/./.test(value))) return 'it is no address of a Redis';
  if (rule.isJwtFile === true && !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(value)) return 'it is no JWT';
  return rule.prefix !== undefined && !value.startsWith(rule.prefix) ? `it does not begin with ${rule.prefix}` : null;
}

/** Kinds and curves of keys that fit, and what to say of others. */
const KEYS = {
  app: { fit: ['rsa'], flaw: 'it is no RSA key; GitHub gives RSA keys to apps' },
  assertions: { fit: ['rsa', 'prime256v1'], flaw: 'it is neither an RSA nor a P-256 key' },
  records: { fit: ['ed25519', 'prime256v1'], flaw: 'it is neither an ed25519 nor a P-256 key' },
} as const satisfies Record<string, { readonly fit: readonly string[]; readonly flaw: string }>;

function flawOfKey(value: string, purpose: keyof typeof KEYS): string | null {
  const pem = toPem(value);
  if (pem === null) return 'it is no PEM private key, neither plain, nor with \\n for line ends, nor in base64';
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    const kind = asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType;
    const { fit, flaw } = KEYS[purpose];
    return fit.some((one) => one === kind) ? null : flaw;
  } catch {
    return 'it looks like a PEM private key, but does not parse; perhaps it was cut off';
  }
}

function parse(rule: SecretRule, value: string): string | null {
  return rule.privateKey === undefined ? value : toPem(value);
}

const PEM_START = /^-----BEGIN (?:RSA |EC )?PRIVATE KEY-----/;

function toPem(value: string): string | null {
  const plain = value.trim().replaceAll('\\n', '\n').replace(/^"|"$/g, '');
  if (PEM_START.test(plain)) return `${plain.trim()}\n`;
  const decoded = Buffer.from(plain, 'base64').toString('utf8').trim();
  return PEM_START.test(decoded) ? `${decoded}\n` : null;
}

function withoutLastNewline(text: string): string {
  return text.replace(/\r?\n$/, '');
}
