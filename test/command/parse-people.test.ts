import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/command/command.ts';
import { parseCommand } from '../../src/command/parse.ts';
import { inSlack, onGithub } from './grammar.ts';

const HOUR = 3_600_000;
const delegate = (to: string, forMs: number, reason: string | null = null): Command => ({ kind: 'delegate', to, forMs, reason });
const OFF: Command = { kind: 'delegate', to: null, forMs: null, reason: null };

describe('a word about oneself', () => {
  it.each<[string, Command]>([
    ['link', { kind: 'link', act: 'open' }],
    ['LINK', { kind: 'link', act: 'open' }],
    ['link revoke', { kind: 'link', act: 'revoke' }],
    ['delegate Bea for 2d', delegate('Bea', 48 * HOUR)],
    ['delegate @bea for 90m', delegate('bea', 90 * 60_000)],
    ['delegate <@U02BEA|bea> for 4h', delegate('bea', 4 * HOUR)],
    ['delegate <@U02BEA> for 4h', delegate('U02BEA', 4 * HOUR)],
    ['delegate Ada Lovelace for 1d on holiday for once', delegate('Ada Lovelace', 24 * HOUR, 'on holiday for once')],
    ['delegate Zoë for 1D', delegate('Zoë', 24 * HOUR)],
    ['delegate bea FOR 30d', delegate('bea', 720 * HOUR)],
    ['delegate off', OFF],
  ])('`%s` is understood', (text, command) => {
    expect(parseCommand(text, inSlack)).toEqual({ kind: 'command', command });
  });

  it('means the same on a pull request', () => {
    expect(parseCommand('/deploy delegate bea for 2d', onGithub)).toEqual({ kind: 'command', command: delegate('bea', 48 * HOUR) });
    expect(parseCommand('/deploy link revoke', onGithub)).toEqual({ kind: 'command', command: { kind: 'link', act: 'revoke' } });
  });

  it.each([
    ['link me', /did not expect `me`/],
    ['link revoke now', /did not expect `now`/],
    ['delegate', /Who acts for you/],
    ['delegate for 2d', /Say for how long/],
    ['delegate bea', /Say for how long/],
    ['delegate bea for', /Say for how long/],
    ['delegate bea for ever', /`ever` is no duration/],
    ['delegate bea for 0d', /`0d` is no duration/],
    ['delegate bea for 2 days', /`2` is no duration/],
    ['delegate bea for 2w', /`2w` is no duration/],
    [`delegate ${'a'.repeat(101)} for 2d`, /Who acts for you/],
    [`delegate bea for 2d ${'a'.repeat(501)}`, /501 characters/],
  ])('`%s` is not, and what is wrong is said', (text, problem) => {
    expect(parseCommand(text, inSlack)).toMatchObject({ kind: 'not-understood', problem: expect.stringMatching(problem) });
  });

  it('that is misspelt is guessed', () => {
    expect(parseCommand('link revok', inSlack)).toMatchObject({ suggestion: '/deploy link revoke' });
  });
});
