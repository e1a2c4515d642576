import * as fc from 'fast-check';
import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import { annotationMarkdown } from '../../src/render/annotation.ts';
import { contractOf } from '../../src/ids.ts';
import type { BuildOrder, Signatures } from '../../workflows/build-vocabulary.ts';
import { ORDER } from '../support/build-order.ts';

const SIGNATURES: Signatures = {
  asked: { by: 'Ann', surface: 'github', at: Date.UTC(2026, 10, 24, 13, 58) },
  approved: [
    { by: 'Bea', surface: 'slack', at: Date.UTC(2026, 10, 24, 14, 3) },
    { by: 'Dan', surface: 'github', at: Date.UTC(2026, 10, 24, 14, 10) },
  ],
  cards: { slack: 'https://acme.slack.test/archives/C0PAY/p1', github: 'https://github.test/acme/api/pull/42#issuecomment-7' },
};
const SIGNED: BuildOrder = { ...ORDER, contract: contractOf({ an: 'example' }), signatures: SIGNATURES };
const withName = (by: string): string => annotationMarkdown({ ...SIGNED, signatures: { ...SIGNATURES, asked: { ...SIGNATURES.asked, by } } });

describe('the annotation of a build', () => {
  it('says who signed what, where and when', async () => {
    await expect(`${annotationMarkdown(SIGNED)}\n`).toMatchFileSnapshot('../golden/buildkite/annotation.md');
  });

  it('says so when nobody had to approve, and names no card that is not there', () => {
    const body = annotationMarkdown({ ...SIGNED, signatures: { ...SIGNATURES, approved: [], cards: { slack: null, github: null } } });
    expect(body).toContain('Nobody had to approve.');
    expect(body).not.toContain('Card');
  });

  it('says so when an emergency was not approved, with a reason that can do nothing', () => {
    const emergency = { reason: 'all **down** :tada: <img src=x> @everybody' };
    const body = annotationMarkdown({ ...SIGNED, emergency, signatures: { ...SIGNATURES, approved: [] } });
    expect(body).toContain('🚨 **Emergency**: started without approval, and owes a review. The reason given: all \\*\\*down\\*\\* &#58;tada:');
    expect(body).not.toMatch(/<img|@everybody/);
    expect(body).not.toContain('Nobody had to approve.');
  });

  it('names the rule that approved without anybody, and why', () => {
    const rules = [{ name: 'low-risk', why: 'changes in `docs/**` only (only `docs/a.md`)' }];
    const body = annotationMarkdown({ ...SIGNED, signatures: { ...SIGNATURES, approved: [], rules } });
    expect(body).toContain('Approved by the rule **low-risk**: changes in `docs/**` only (only `docs/a.md`)');
    expect(body).not.toContain('Nobody had to approve.');
  });

  it.each([
    ['HTML', '<img src=x onerror=alert(1)>', /<img/],
    ['a link', '[click](https://evil.test)', /\]\(https:\/\/evil/],
    ['a picture of Buildkite', ':tada:', /:tada:/],
    ['a heading on a line of its own', 'Ann\n# Approved', /\n# /],
    ['bold', '**Bea**', /\*\*Bea/],
  ])('does not take %s in a name for markup', (_what, name, markup) => {
    expect(withName(name)).not.toMatch(markup);
  });

  it('makes no markup of anything that people typed, whatever they typed', () => {
    // `span`: ours, around a `$`, which GitHub would take for the start of a formula.
    const TAGS = new Set(['p', 'code', 'strong', 'a', 'br', 'span']);
    const typed = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('<b>', '](https://evil.test)', '`', ':tada:', '&lt;', '\n\n# x', '~~~'),
    );
    const text = fc.array(typed, { maxLength: 4 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, text, (name, reason, rule) => {
        const signatures = { ...SIGNATURES, asked: { ...SIGNATURES.asked, by: name }, approved: [], rules: [{ name: rule, why: reason }] };
        const bodies = [
          annotationMarkdown({ ...SIGNED, signatures }),
          annotationMarkdown({ ...SIGNED, emergency: { reason }, signatures: { ...signatures, rules: [] } }),
        ];
        for (const body of bodies) {
          const html = marked.parse(body, { async: false });
          const tags = [...html.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, tag = '']) => tag.toLowerCase());
          expect(tags.filter((tag) => !TAGS.has(tag))).toEqual([]);
          const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
          expect(links.filter((href) => href !== SIGNATURES.cards.slack && href !== SIGNATURES.cards.github)).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
