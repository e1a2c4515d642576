// A decision record: what is in it, and that nothing of it can be changed without being noticed.
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/ids.ts';
import { verifyRecord } from '../../src/record/check.ts';
import { keyId, PAYLOAD_TYPE, preAuthEncoding, readPublicKeys, seal } from '../../src/record/dsse.ts';
import type { Decision, Envelope, Statement } from '../../src/record/schema.ts';
import { statementOf } from '../../src/record/statement.ts';
import { recordWords } from '../../src/record/words.ts';
import { ann, bea, dan, emergency, ended, NEXT_SIGNER, pemOf, plan, planBy, publicOf, refused, SIGNER } from '../support/records.ts';
import { eve, group, vote } from '../support/views.ts';

const keys = [publicOf(SIGNER)];
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const sealed = (statement: unknown, by = SIGNER): Promise<Envelope> => seal(bytes(statement), pemOf(by));
const verified = async (statement: unknown) => verifyRecord(bytes(await sealed(statement)), keys);
const statement = statementOf(ended());

/** Every place where a value stands. */
function leaves(value: unknown, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (value === null || typeof value !== 'object') return [path];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, Array.isArray(value) ? Number(key) : key]));
}
function changed(value: unknown, path: readonly (string | number)[]): unknown {
  const copy = structuredClone(value);
  const [last, ...way] = path.toReversed();
  let at = copy as Record<string | number, unknown>;
  for (const key of way.toReversed()) at = at[key] as typeof at;
  const old = at[last ?? ''];
  at[last ?? ''] = typeof old === 'number' ? old + 1 : typeof old === 'boolean' ? !old : old === null ? 'x' : `${old as string}x`;
  return copy;
}

describe('the record of a request', () => {
  it.each([
    ['succeeded', ended()],
    ['refused', refused],
    ['emergency', emergency],
  ])('%s reads as its golden file', async (name, request) => {
    const { decision, checks } = (await verified(statementOf(request))) as Extract<Awaited<ReturnType<typeof verified>>, { kind: 'checked' }>;
    await expect(`${JSON.stringify(statementOf(request), null, 2)}\n`).toMatchFileSnapshot(`../golden/records/${name}.json`);
    await expect(`${recordWords(decision, { signer: 'a key', checks })}\n`).toMatchFileSnapshot(`../golden/records/${name}.txt`);
  });

  it('is genuine and agrees with itself, and the same request gives the same bytes', async () => {
    expect(await verified(statement)).toMatchObject({ kind: 'checked', isGood: true });
    for (const other of [refused, emergency]) expect(await verified(statementOf(other))).toMatchObject({ kind: 'checked', isGood: true });
    expect(await sealed(statementOf(ended()))).toEqual(await sealed(statement));
  });

  it('whose every single value was changed is believed no longer', async () => {
    const { signatures, payloadType } = await sealed(statement);
    const places = leaves(statement);
    expect(places.length).toBeGreaterThan(150);
    const believed = places.filter((path) => {
      const payload = bytes(changed(statement, path)).toString('base64');
      return verifyRecord(bytes({ payloadType, payload, signatures }), keys).kind !== 'unknown';
    });
    expect(believed).toEqual([]);
  });

  it('agrees with itself when a rule approved by itself, which its policy knows only as a condition', async () => {
    const sre = { kind: 'group', group: 'sre', count: 1 } as const;
    const auto = { kind: 'auto', name: 'only-docs', when: { onlyFiles: ['docs/**'] } } as const;
    const rule = { tree: { kind: 'any', of: [auto, sre] }, exclude: [], expireMs: 1 } as const;
    const tree = { kind: 'any', of: [{ ...auto, judged: { applies: true, facts: [] } }, sre] } as const;
    const tally = { satisfied: true, have: 0, need: 0, tree: { kind: 'auto', name: 'only-docs', satisfied: true } } as const;
    const byRule = ended({ plan: planBy(rule, { ...rule, tree }), votes: [], tally }, { granted: { at: 0, approvers: [] } });
    expect(await verified(statementOf(byRule))).toMatchObject({ isGood: true });
    const without = ended({ plan: planBy({ ...rule, tree: sre }), votes: [], tally }, { granted: { at: 0, approvers: [] } });
    expect(await verified(statementOf(without))).toMatchObject({ isGood: false });
  });

  it('agrees with itself when somebody approved who was called by the escalation', async () => {
    const sre = { kind: 'group', group: 'sre', count: 1 } as const;
    const rule = { tree: sre, exclude: [], expireMs: 1, escalate: { afterMs: 1, to: 'oncall', may: 'approve' } } as const;
    const called = planBy(rule);
    const tree = { kind: 'any', satisfied: true, of: [group('sre', [], []), group('oncall', [eve], [])] } as const;
    const by = {
      plan: called,
      votes: [vote(eve, 'slack', 3, { contract: called.contract })],
      tally: { satisfied: true, have: 1, need: 1, tree },
    };
    const escalated = { at: 0, group: 'oncall', may: 'approve', people: [eve] } as const;
    const granted = { at: 0, approvers: ['Eve'] };
    expect(await verified(statementOf(ended({ ...by, escalated }, { granted })))).toMatchObject({ isGood: true });
    expect(await verified(statementOf(ended(by, { granted })))).toMatchObject({ isGood: false });
  });

  it('says whether it is this build that proved to be the approved one', async () => {
    const { build } = ended().status;
    const proof = (uuid: string) => verified(statementOf(ended({ attested: { number: 512, uuid } })));
    expect(await proof(build?.uuid ?? '')).toMatchObject({ isGood: true, decision: { build: { attested: true } } });
    expect(await proof('another')).toMatchObject({ isGood: false });
  });

  it('keeps what a later version adds, and ignores it', async () => {
    expect(await verified({ ...statement, predicate: { ...statement.predicate, mood: 'good' } })).toMatchObject({ isGood: true });
  });

  it('shows nothing of a file on one line of the terminal that could move its cursor', async () => {
    const hostile = ended({ plan: { ...plan, gates: [{ gate: 'checks', state: 'pass', note: '\u001B[2J\r✓ all\n✓ good \u202E' }] } });
    const { decision, checks } = (await verified(statementOf(hostile))) as Extract<Awaited<ReturnType<typeof verified>>, { kind: 'checked' }>;
    const told = recordWords(decision, { signer: 'a key', checks });
    expect(told).toContain('gate      checks: pass ( [2J ✓ all ✓ good )');
    expect(told).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}]/u);
  });
});

type Twist = (decision: Decision) => Decision;
const planned = (change: Partial<NonNullable<Decision['plan']>>): Twist => {
  return (decision) => ({ ...decision, plan: decision.plan === null ? null : { ...decision.plan, ...change } });
};
const signed = (decision: Decision, at: number): Decision['votes'][number] => {
  const found = decision.votes[at];
  if (found === undefined) throw new Error('no vote');
  return found;
};
/** The policy with another rule, its digest and its contract made right again. */
const looser: Twist = (decision) => {
  const rule = { tree: { kind: 'group' as const, group: 'sre', count: 1 }, exclude: [] };
  return planned({ rule })(decision);
};

describe('a record that its signer made up', () => {
  it.each<[flaw: string, twist: Twist]>([
    ['the code is that of the request', (decision) => ({ ...decision, request: { ...decision.request, code: '7F3K-Q2' } })],
    ['the record is about what was planned', planned({ sha: 'a'.repeat(40) })],
    ['the parts of the contract are those of the plan', planned({ target: 'another' })],
    ['the parts of the contract are those of the plan', planned({ parameters: { migrate: 'yes' } })],
    ['the parts of the contract are those of the plan', planned({ pipeline: 'another' })],
    ['the contract is the digest of its parts', planned({ contract: { digest: plan.contract, parts: { sha: 'a'.repeat(40) } } })],
    ['service and environment are those asked for', (decision) => ({ ...decision, request: { ...decision.request, environment: 'staging' } })],
    ['the policy has the digest that was signed', planned({ policy: { ...plan.policy, isProtected: false } })],
    ['the rule is the one of the policy', looser],
    ['whoever asked counts as a requester', planned({ requesters: [bea] })],
    [
      'whoever asked counts as a requester',
      (decision) => ({ ...decision, request: { ...decision.request, askedBy: { surface: 'github', id: 99, login: 'ann' } } }),
    ],
    [
      'every approval is for this very contract',
      (decision) => ({ ...decision, votes: [{ ...signed(decision, 0), contract: 'a'.repeat(64) }, signed(decision, 1)] }),
    ],
    ['nobody approved twice', (decision) => ({ ...decision, votes: [...decision.votes, signed(decision, 0)] })],
    ['no requester is among the approvers', (decision) => ({ ...decision, votes: [...decision.votes, { ...signed(decision, 0), by: ann }] })],
    [
      'every vote comes from an account of the person',
      (decision) => ({ ...decision, votes: [{ ...signed(decision, 0), by: { ...bea, slack: null } }, signed(decision, 1)] }),
    ],
    ['the votes satisfy the rule, judged again', (decision) => ({ ...decision, votes: decision.votes.slice(1) })],
    ['the votes satisfy the rule, judged again', (decision) => ({ ...decision, tally: null })],
    [
      'the build was told exactly these approvers',
      (decision) => ({ ...decision, granted: { at: decision.times.started, approvers: ['Bea', 'Eve'] } }),
    ],
    ['the start was granted before it was built', (decision) => ({ ...decision, granted: null })],
    [
      'the build is of the commit and pipeline that were approved',
      (decision) => ({ ...decision, build: decision.build && { ...decision.build, commit: 'a'.repeat(40) } }),
    ],
    ['the result is that of the build', (decision) => ({ ...decision, build: decision.build && { ...decision.build, state: 'failed' } })],
    ['nothing was built', (decision) => ({ ...decision, build: null })],
    ['nothing was planned, signed or built', (decision) => ({ ...decision, plan: null })],
  ])('is caught: %s', async (claim, twist) => {
    const forged: Statement = { ...statement, predicate: twist(statement.predicate) };
    const result = await verified(forged);
    expect(result).toMatchObject({ kind: 'checked', isGood: false });
    const flaws = result.kind === 'checked' ? result.checks.filter(({ flaw }) => flaw !== null).map((check) => check.claim) : [];
    expect(flaws).toContain(claim);
  });

  it('is caught when one person stands in both groups of a rule for two', async () => {
    const alone = ended({ votes: [vote(bea, 'slack', 17, { contract: plan.contract })] }, { granted: { at: 0, approvers: ['Bea'] } });
    const forged = statementOf(alone);
    const tree = {
      kind: 'all',
      satisfied: true,
      of: ['sre', 'api-owners'].map((group) => ({ kind: 'group', group, count: 1, satisfied: true, by: [bea] })),
    };
    const result = await verified({ ...forged, predicate: { ...forged.predicate, tally: { satisfied: true, have: 2, need: 2, tree } } });
    expect(result).toMatchObject({ isGood: false });
  });

  it('is not caught in vain: a second approval of a third person changes nothing', async () => {
    const votes = [bea, dan].map((by) => vote(by, 'github', 3, { contract: plan.contract }));
    expect(await verified(statementOf(ended({ votes })))).toMatchObject({ isGood: true });
  });
});

describe('a signature', () => {
  it('is over type and payload, each with its length, as DSSE says', () => {
    // The example of DSSE's protocol.md.
    expect(preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world')).toString()).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
  });

  it('by any of the keys given is good: an old key verifies old records, the new one new ones', async () => {
    const both = [publicOf(NEXT_SIGNER), publicOf(SIGNER)];
    for (const by of [SIGNER, NEXT_SIGNER]) {
      const result = verifyRecord(bytes(await sealed(statement, by)), both);
      expect(result).toMatchObject({ kind: 'checked', isGood: true });
      expect(result.kind === 'checked' && (await keyId(result.key))).toBe(await keyId(by));
    }
    expect(verifyRecord(bytes(await sealed(statement, NEXT_SIGNER)), keys)).toMatchObject({ kind: 'unknown' });
  });

  it('may be ECDSA on P-256', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const envelope = await sealed(statement, privateKey);
    expect(verifyRecord(bytes(envelope), [publicKey])).toMatchObject({ kind: 'checked', isGood: true });
    expect(verifyRecord(bytes(envelope), keys)).toMatchObject({ kind: 'unknown' });
  });

  it.each<[what: string, file: (good: Envelope) => Uint8Array]>([
    ['no JSON', () => Buffer.from('record')],
    ['no envelope', () => bytes(statement)],
    ['an envelope without a signature', (good) => bytes({ ...good, signatures: [] })],
    ['an envelope with an empty signature', (good) => bytes({ ...good, signatures: [{ sig: '' }] })],
    ['another type of payload', (good) => bytes({ ...good, payloadType: 'text/plain' })],
    ['a signature that only claims the right key', (good) => bytes({ ...good, signatures: [{ keyid: good.signatures[0]?.keyid, sig: 'AAAA' }] })],
    ['larger than 1 MiB', (good) => Buffer.concat([bytes(good), Buffer.alloc(1 << 20, ' ')])],
  ])('is asked of everything: %s is not believed', async (_what, file) => {
    const good = await sealed(statement);
    expect(verifyRecord(bytes(good), keys).kind).toBe('checked');
    expect(verifyRecord(file(good), keys)).toMatchObject({ kind: 'unknown' });
  });

  it('over something else than a record is not believed', async () => {
    expect(await verified({ ...statement, predicateType: 'https://slsa.dev/provenance/v1' })).toMatchObject({ kind: 'unknown' });
    expect(await verified('hello')).toMatchObject({ kind: 'unknown' });
    expect(PAYLOAD_TYPE).toBe('application/vnd.in-toto+json');
  });
});

describe('a file of keys', () => {
  it('may hold several, and nothing private or of another kind counts', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
    const text = [publicOf(SIGNER), publicOf(NEXT_SIGNER), SIGNER, rsa].map(pemOf).join('\n');
    expect(readPublicKeys(text).map((key) => digestOf(pemOf(key)))).toEqual([SIGNER, NEXT_SIGNER].map((key) => digestOf(pemOf(publicOf(key)))));
    expect(readPublicKeys('nothing')).toEqual([]);
  });
});
