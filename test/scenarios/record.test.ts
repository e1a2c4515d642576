// The signed record of a request, as an auditor gets it: exported from the running installation, verified without it.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportRecord, type Exported } from '../../src/compose/export-record.ts';
import { runCommand, type Ended } from '../../src/sim/decision-record.ts';
import { eventually } from '../support/acme.ts';
import { ONE_SRE, TWO_GROUPS } from '../support/acme-config.ts';
import { NEXT_SIGNER, pemOf, publicOf, SIGNER } from '../support/records.ts';
import { openStories, type Stories } from '../support/stories.ts';

describe('the record of a request', () => {
  let acme: Stories;
  const folder = mkdtempSync(join(tmpdir(), 'countersign-record-'));
  const put = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const trusted = put('public.pem', pemOf(publicOf(SIGNER)));
  const other = put('other.pem', pemOf(publicOf(NEXT_SIGNER)));

  const countersign = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> => runCommand(args, { folder, env });
  const envWith = (key: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
    const { TEMPORAL_ADDRESS = '', TEMPORAL_NAMESPACE = '' } = acme.env();
    return { TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, ...key };
  };
  const KEY = { COUNTERSIGN_SIGNING_KEY: pemOf(SIGNER) };
  const exported = (named: string, key: Readonly<Record<string, string>> = KEY): Promise<Exported> => exportRecord(named, envWith(key));
  const refusal = async (named: string, key?: Readonly<Record<string, string>>): Promise<string> => {
    const answer = await exported(named, key);
    return answer.kind === 'refused' ? answer.why : '';
  };
  /** Its cards tell the end a moment before its workflow is closed. */
  const recordOf = (named: string): Promise<string> =>
    eventually('the record', async () => {
      const answer = await exported(named);
      if (answer.kind === 'refused') expect(answer.why).toContain('has not ended yet');
      return answer.kind === 'record' ? answer.json : undefined;
    });

  beforeAll(async () => {
    acme = await openStories({
      built: { environments: { production: { approvals: TWO_GROUPS } } },
      open: { environments: { production: { approvals: ONE_SRE } } },
      free: { environments: { production: { approvals: 'none' } } },
    });
  });
  afterAll(() => acme.end());

  it('is exported once it has ended, and verified offline by whoever has the public key', async () => {
    const deploy = await acme.eve.asksInSlack('built to production');
    await deploy.shows('slack', 'Approve built');
    expect(await countersign(['export', deploy.code], envWith(KEY))).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringContaining('has not ended yet'),
    });
    await acme.bea.clicks('approve', deploy);
    await acme.dan.clicks('approve', deploy);
    await deploy.shows('slack', '✅', 'is live on production');
    const out = await recordOf(deploy.code.toLowerCase());
    const file = put('record.json', out);
    const good = await countersign(['verify', file, '--key', other, '--key', trusted]);
    expect(good.err).toBe('');
    expect(good.out).toContain('✓ genuine, and it agrees with itself');
    expect(good.out).toContain(`${deploy.code} built → production at ${acme.world.github.sha('acme/api', 'main')}`);
    expect(good.out).toMatch(/asked {5}by eve \(slack T01ACME\/U05EVE\), in Slack T01ACME\/C0DEPLOYS/);
    expect(good.out).toMatch(/approved {2}by Bea \(github \d+, slack T01ACME\/U02BEA\) in Slack[\s\S]*approved {2}by Dan/);
    expect(good.out).toContain('built build 1, passed: ');
    expect(good.code).toBe(0);
    expect(await countersign(['verify', file, '--key', other])).toMatchObject({ code: 1, out: '', err: expect.stringContaining('none of the keys') });
    // On the command line, and by its workflow id: the same bytes.
    const { payload } = JSON.parse(out) as { payload: string };
    const { predicate } = JSON.parse(Buffer.from(payload, 'base64').toString()) as { predicate: { request: { workflowId: string } } };
    expect((await countersign(['export', predicate.request.workflowId], envWith(KEY))).out).toBe(out);
  });

  it('tells of a deploy that nobody had to approve, and of one that was ended from outside', async () => {
    const free = await acme.ann.asksInSlack('free to production');
    await free.shows('slack', '✅', 'is live on production');
    expect(await countersign(['verify', put('free.json', await recordOf(free.code)), '--key', trusted])).toMatchObject({
      code: 0,
      out: expect.stringContaining('approved  by nobody'),
    });
    const open = await acme.ann.asksInSlack('open to production');
    await open.shows('slack', 'Approve open');
    for await (const { workflowId } of acme.client.workflow.list({ query: `DeployCode = '${open.code}'` }))
      await acme.client.workflow.getHandle(workflowId).terminate();
    const told = await countersign(['verify', put('open.json', await recordOf(open.code)), '--key', trusted]);
    expect(told).toMatchObject({ code: 0, out: expect.stringContaining('ended     terminated') });
  });

  it('is refused with what to do when there is no key, no such request or no server', async () => {
    expect(await refusal('2222-22', {})).toMatch(/^COUNTERSIGN_SIGNING_KEY: it is not set\. Make one with `openssl genpkey/);
    expect(await refusal('2222-22')).toMatch(/^there is no request 2222-22 in namespace \S+, which keeps histories for \d+ d$/);
    expect(await refusal(`environment:free/production`)).toContain('there is no request environment:free/production');
    expect(await exportRecord('2222-22', KEY)).toMatchObject({ kind: 'refused', why: expect.stringContaining('TEMPORAL_ADDRESS') });
  });
});
