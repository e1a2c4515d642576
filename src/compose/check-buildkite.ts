// A token that can't build is told at the start, not at the first approved deploy; one that runs out soon, too. An outage is none of our business here.
import type { Logger } from 'pino';
import { isTrouble, Trouble } from '../trouble.ts';
import type { Builder } from './platforms.ts';

const SCOPES_NEEDED = ['read_builds', 'write_builds', 'read_build_logs'] as const;
const DAY_MS = 86_400_000;
/** Buildkite suggests seven days when a token is created: told while there is time to make another. */
const SOON_MS = 3 * DAY_MS;

/** Throws `Trouble` (invalid) for a credential that is of no use. */
export async function checkBuildkite(
  { zone, buildkite, tokenExpiresAt }: Pick<Builder, 'zone' | 'buildkite' | 'tokenExpiresAt'>,
  { now, log }: { readonly now: () => number; readonly log: Logger },
): Promise<void> {
  const refuse = (found: string): Trouble => new Trouble({ source: 'buildkite', kind: 'invalid', doing: 'checking the Buildkite credential', found });
  try {
    const { scopes, expiresAt } = await buildkite.checkToken();
    const missing = SCOPES_NEEDED.filter((scope) => !scopes.includes(scope));
    if (missing.length > 0) throw refuse(`it lacks ${missing.join(', ')}. Create one with these scopes`);
    // One that is minted always does.
    const isMinted = tokenExpiresAt() !== null;
    if (!isMinted && expiresAt !== null && expiresAt - now() < SOON_MS)
      log.warn({ zone, expiresAt: new Date(expiresAt).toISOString() }, 'the Buildkite token runs out soon: create another and replace it');
  } catch (error) {
    if (isTrouble(error, 'invalid')) throw error;
    if (isTrouble(error, 'unauthorised')) throw refuse('Buildkite does not know it. Create a new one');
    if (isTrouble(error) && isTrouble(error.cause, 'unauthorised')) throw refuse(error.message);
    log.warn({ err: error, zone }, 'the Buildkite token could not be checked');
  }
}
