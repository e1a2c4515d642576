import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Grammar } from '../../src/command/command.ts';
import { helpPage } from '../../src/command/help.ts';
import { parseCommand } from '../../src/command/parse.ts';
import { printCommand } from '../../src/command/print.ts';
import { COMMAND_NAMES, LATER_VERBS } from '../../src/command/table.ts';
import { inSlack, onGithub } from './grammar.ts';

const pieces = [
  '/deploy /approve /reject api web backend apo production prodution staging to plan approve reject withdraw retry cancel extend 2h 90m status why what help rollback emergency because review sign dispute history',
  '@main api@v1 web@release/1.2 7F3K-Q2 7f3kq2 rather a=b migrate=“yes” --dry-run —dry-run --force <!-- --> ` ``` > \u200B ａｐｉ <@U1|ann> &lt; $(id)',
]
  .flatMap((words) => words.split(' '))
  .concat('\u00A0', '\u2003', '\n', '\r', '\t', '    ');
const sentence = fc.array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...pieces) }, fc.string({ unit: 'binary', maxLength: 12 })), {
  maxLength: 12,
});
const text = sentence.map((words) => words.join(' '));

/** Slack escapes three characters in everything that people type. */
function asSlackSends(typed: string): string {
  return typed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

describe.each<[string, Grammar]>([
  ['on GitHub', onGithub],
  ['in Slack', inSlack],
])('any text %s', (_where, grammar) => {
  it('is parsed without throwing, and what it means survives printing', () => {
    let commands = 0;
    fc.assert(
      fc.property(fc.boolean(), text, (isOurs, words) => {
        const parsed = parseCommand(isOurs && grammar.surface === 'github' ? `/deploy ${words}` : words, grammar);
        if (parsed.kind !== 'command') return;
        commands++;
        const printed = printCommand(parsed.command, '/deploy');
        expect(parseCommand(grammar.surface === 'github' ? printed : asSlackSends(printed.slice('/deploy'.length)), grammar)).toEqual(parsed);
      }),
      { numRuns: 10_000 },
    );
    expect(commands).toBeGreaterThan(500);
  });

  it('gives suggestions that are commands themselves, unless more is wrong', () => {
    let suggestions = 0;
    let good = 0;
    fc.assert(
      fc.property(text, (words) => {
        const parsed = parseCommand(grammar.surface === 'github' ? `/deploy ${words}` : words, grammar);
        if (parsed.kind !== 'not-understood' || parsed.suggestion === null) return;
        expect(parsed.suggestion).toMatch(/^\/(deploy|approve|reject)( [ -~]*)?$/);
        suggestions++;
        const again = parseCommand(grammar.surface === 'github' ? parsed.suggestion : parsed.suggestion.slice('/deploy'.length), grammar);
        if (again.kind === 'command') good++;
      }),
      { numRuns: 5_000 },
    );
    expect(suggestions).toBeGreaterThan(50);
    expect(good).toBeGreaterThan(suggestions / 4);
  });

  it.each([
    ['blank lines', '\n'.repeat(60_000)],
    ['spaces', ' '.repeat(60_000)],
    ['spaces and a command', `${' \n'.repeat(30_000)}/deploy api to production`],
    ['an endless word', `/deploy ${'a'.repeat(60_000)}`],
    ['an endless line', `/deploy ${'a '.repeat(30_000)}`],
    ['quotes', `/deploy ${'"'.repeat(900)}`],
    ['Slack escapes', '<@'.repeat(490)],
    ['dashes', `/deploy ${'—'.repeat(900)}`],
    ['equal signs', `/deploy ${'='.repeat(900)}`],
    ['almost names', `/deploy ${'produktion '.repeat(80)}`],
  ])('ends soon for %s', (_name, long) => {
    // Bounded by the test's own time limit: a quadratic step over 60,000 characters would not end within it.
    const kinds = new Set(Array.from({ length: 50 }, () => parseCommand(long, grammar).kind));
    expect(kinds.size).toBe(1);
  });
});

describe('help', () => {
  it.each([onGithub, inSlack])('$surface: has examples that are commands of their own kind', (grammar) => {
    const page = helpPage({ topic: null, surface: grammar.surface, prefix: grammar.prefix, services: grammar.services });
    expect(page.entries.map((entry) => entry.name)).toEqual(COMMAND_NAMES);
    for (const entry of page.entries) {
      expect(entry.examples.length).toBeGreaterThan(0);
      for (const example of entry.examples) {
        const parsed = parseCommand(grammar.surface === 'github' ? example : example.slice(grammar.prefix.length), grammar);
        expect(parsed).toMatchObject({ kind: 'command' });
        if (parsed.kind !== 'command') continue;
        const { command } = parsed;
        const name = command.kind === 'vote' ? command.vote : command.kind === 'deploy' && command.mode === 'plan' ? 'plan' : command.kind;
        expect(name).toBe(entry.name);
      }
    }
  });

  it('shows one command for its topic and uses the live names', () => {
    const services = [{ name: 'shop', environments: ['test', 'live'] }];
    const page = helpPage({ topic: 'deploy', surface: 'slack', prefix: '/ship', services });
    expect(page.entries).toHaveLength(1);
    expect(page.entries[0]?.examples[0]).toBe('/ship shop to live');
  });

  it('never lists a command of a later version', () => {
    const all = JSON.stringify(
      [onGithub, inSlack].map((g) => helpPage({ topic: null, surface: g.surface, prefix: '/deploy', services: g.services })),
    );
    for (const verb of LATER_VERBS) expect(all).not.toMatch(new RegExp(`/deploy ${verb}\\b`));
  });
});
