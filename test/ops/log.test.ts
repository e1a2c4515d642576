import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/ops/log.ts';

function bench() {
  const lines: string[] = [];
  return { lines, log: createLog({ level: 'info', destination: { write: (line) => void lines.push(line) } }) };
}

const SECRETS = [
  'xoxb-1234567890-abcdef',
  'xapp-1-A0-123-abcdef',
  'ghs_16C7e42F292c6912E7710c838347Ae178B4a',
  'github_pat_11ABCDEFG_abcdefg',
  'bkua_0123456789abcdef',
  'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl',
  '-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----',
  'https://hooks.slack.com/commands/T01/123/abcdefgh',
];

describe('the log', () => {
  it.each(SECRETS)('never holds %s, wherever it hides', (secret) => {
    const { lines, log } = bench();
    const cause = Object.assign(new Error(`inner ${secret}`), { request: { url: `https://x.test/?q=${secret}` } });
    log
      .child({ bound: `bound ${secret}` })
      .error({ err: new Error(`outer ${secret}`, { cause }), deep: [{ er: { text: `a ${secret} b` } }] }, `said ${secret}`);
    expect(lines).toHaveLength(1);
    for (const part of secret.split('\n')) expect(lines[0]).not.toContain(part.slice(8));
    expect(() => JSON.parse(lines[0] ?? '')).not.toThrow();
  });

  it.each([
    'authorization',
    'x-slack-signature',
    'cookie',
    'set-cookie',
    'password',
    'client_secret',
    'privateKey',
    'token',
    'access_token',
    'botToken',
    'webhookToken',
    'response_url',
  ])('never shows a field named %s, at any depth', (name) => {
    const { lines, log } = bench();
    log.info({ [name]: 'hunter2 "quoted"', a: { b: { c: { [name]: 'hunter2' } } }, list: { [name]: ['hunter2'] } });
    expect(lines[0]).not.toContain('hunter2');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ [name]: '[redacted]', a: { b: { c: { [name]: '[redacted]' } } } });
  });

  it('hides credentials in addresses and bearer headers without breaking the line', () => {
    const { lines, log } = bench();
    log.info({ redis: 'redis://user:hunter2@redis:6379', header: 'Bearer abcdefgh12345678', url: 'http://a:3000', mail: 'ann@acme.test' });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      redis: 'redis://user:[redacted]@redis:6379',
      header: 'Bearer [redacted]',
      url: 'http://a:3000',
      mail: 'ann@acme.test',
    });
  });

  it('keeps one entry on one line, whatever line ends a value holds', () => {
    const { lines, log } = bench();
    log.info({ branch: 'a\r\nb\u2028c\u0085{"level":"fatal"}' }, 'x\ny');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/[\r\n\u2028\u0085]/);
  });

  it('is JSON with the level as a word, and silent below its level', () => {
    const { lines, log } = bench();
    log.debug('no');
    log.warn({ deployId: 'deploy:github:1:2' }, 'yes');
    expect(lines.map((line) => JSON.parse(line))).toEqual([{ level: 'warn', time: expect.any(String), deployId: 'deploy:github:1:2', msg: 'yes' }]);
  });
});
