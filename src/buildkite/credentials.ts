// What Buildkite is asked with: a token that is given to us, or one that is minted and replaced before it runs out.
import type { Logger } from 'pino';
import { isTrouble, Trouble, type TroubleKind } from '../trouble.ts';
import type { Millis } from '../../workflows/vocabulary.ts';

/** In whose name: e-mail address or UUID of a user at Buildkite; null: the bot's own. */
export type ActsAs = string | null;

export interface Credential {
  /** The token of this moment: ask right before the request. null: it was refused since, and there is no other yet. */
  token(): string | null;
  /** Buildkite answered 401 to this token. True: another request would have another one. Told as often as it happens, it is replaced once. */
  refused(token: string): boolean;
}

export interface CredentialProvider {
  /** Settles when there is a token to send. Throws `Trouble` where there is none; then nothing was sent to the API. */
  ready(as: ActsAs): Promise<Credential>;
  /** When the bot's own token runs out; null: never, or nobody has needed it lately. */
  expiresAt(): Millis | null;
}

/** A token that somebody else makes and replaces: a variable, or a file that is read again when it changes. */
export function givenCredentials(read: () => string): CredentialProvider {
  const credential: Credential = { token: read, refused: (token) => read() !== token };
  return {
    ready: async (as) => {
      if (as !== null) throw trouble('invalid', `only a token exchange can act as ${as}`);
      return credential;
    },
    expiresAt: () => null,
  };
}

export interface Minted {
  readonly token: string;
  readonly expiresAt: Millis;
}
/** Makes a new token. Throws `Trouble`. */
export type Mint = (as: ActsAs) => Promise<Minted>;

interface MintedOptions {
  readonly mint: Mint;
  readonly now: () => Millis;
  readonly log: Logger;
  /** From 0 to 1: so that several processes do not all ask at one moment. */
  readonly random?: () => number;
}

/** Tokens that live for minutes, one for each name that is acted in: minted by one call at a time and replaced while the old one is still good. */
export function mintedCredentials(options: MintedOptions): CredentialProvider {
  const slots = new Map<ActsAs, Slot>();
  const slotOf = (as: ActsAs): Slot => {
    const known = slots.get(as);
    if (known !== undefined) return known;
    for (const [name, slot] of slots) if (slots.size >= SLOTS_MAX && slot.isIdle()) slots.delete(name);
    const slot = createSlot(as, options);
    slots.set(as, slot);
    return slot;
  };
  return {
    ready: (as) => slotOf(as).ready(),
    expiresAt: () => slots.get(null)?.expiresAt() ?? null,
  };
}

const SLOTS_MAX = 100;
/** Of its life: from then on the next request has it replaced, and goes on with the old one. */
const REFRESH_AFTER = 0.7;
const JITTER = 0.1;
/** A token is not sent that could run out on its way, through our own queue and over the network. */
const MARGIN_MS = 10_000;
const MARGIN_OF_LIFE = 0.25;
/** A token that is refused when it has only just replaced a refused one will not get better by a third. */
const REFUSED_AGAIN_MS = 30_000;
const PAUSE_MS = { first: 1_000, longest: 30_000 } as const;

interface Slot {
  ready(): Promise<Credential>;
  expiresAt(): Millis | null;
  isIdle(): boolean;
}

function createSlot(as: ActsAs, { mint, now, log, random = Math.random }: MintedOptions): Slot {
  let held: (Minted & { readonly refreshAt: Millis; readonly usableUntil: Millis }) | null = null;
  let minting: Promise<void> | null = null;
  let failed: { readonly why: Trouble; readonly pauseMs: Millis; readonly until: Millis } | null = null;
  let refusedAt: Millis = -Infinity;

  const fail = (error: unknown, at: Millis): void => {
    if (!isTrouble(error)) throw error;
    const pauseMs = Math.min((failed?.pauseMs ?? PAUSE_MS.first / 2) * 2, PAUSE_MS.longest);
    failed = { why: error, pauseMs, until: at + Math.max(error.retryAfterMs ?? 0, pauseMs * (1 + JITTER * random())) };
    log.warn({ err: error, as, lastGoodUntil: held?.expiresAt ?? null }, 'no new token from buildkite; the last good one is kept until it runs out');
  };
  const keep = (minted: Minted, from: Millis): void => {
    const life = minted.expiresAt - from;
    failed = null;
    held = {
      ...minted,
      refreshAt: from + life * (REFRESH_AFTER - JITTER * random()),
      usableUntil: minted.expiresAt - Math.min(MARGIN_MS, life * MARGIN_OF_LIFE),
    };
    log.debug({ as, expiresAt: minted.expiresAt }, 'a new token from buildkite');
  };
  const refresh = (): Promise<void> => {
    const from = now();
    minting ??= mint(as)
      .then((minted) => keep(minted, from))
      .catch((error: unknown) => fail(error, now()))
      .finally(() => (minting = null));
    return minting;
  };
  const credential: Credential = {
    token: () => held?.token ?? null,
    refused: (token) => {
      if (held?.token !== token) return failed === null || failed.until <= now();
      held = null;
      const again = now() - refusedAt < REFUSED_AGAIN_MS;
      refusedAt = now();
      if (again) fail(trouble('unauthorised', 'a token that was only just made is refused as well'), refusedAt + REFUSED_AGAIN_MS);
      return !again;
    },
  };
  return {
    ready: async () => {
      const isUsable = (): boolean => held !== null && now() < held.usableUntil;
      const mayAsk = failed === null || failed.until <= now();
      if (isUsable() && held !== null) {
        // Whoever asks goes on with the old one; a failure is in `failed`.
        if (now() >= held.refreshAt && mayAsk) refresh().catch((error: unknown) => log.error({ err: error }, 'making a token failed'));
        return credential;
      }
      if (mayAsk || minting !== null) await refresh();
      if (isUsable()) return credential;
      const { why, until } = failed ?? { why: trouble('unavailable', 'there is none'), until: now() };
      throw new Trouble({ ...facts(why), retryAfterMs: Math.max(until - now(), 1) });
    },
    // One that nobody needs is not replaced, which is no trouble.
    expiresAt: () => (held === null || (failed === null && now() >= held.refreshAt) ? null : held.expiresAt),
    isIdle: () => minting === null && (held === null || held.expiresAt <= now()),
  };
}

function trouble(kind: TroubleKind, found: string): Trouble {
  return new Trouble({ source: 'buildkite', kind, doing: GETTING, found });
}

export const GETTING = 'getting a token for buildkite';

function facts(why: Trouble): ConstructorParameters<typeof Trouble>[0] {
  const { source, kind, status } = why;
  return { source, kind, status, doing: GETTING, found: why.message.replace(`${GETTING}: `, ''), cause: why };
}
