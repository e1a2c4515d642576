// The manifest of the GitHub App asks for the events that the code listens to. That its permissions are exactly those used is
// seen where they are used: in the stories from a pull request.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { APP_MANIFEST } from './support/app-manifest.ts';

const listening = readFileSync(new URL('../src/github/events.ts', import.meta.url), 'utf8');

describe('app.yml', () => {
  it('subscribes to the events that are listened to, and to no others', () => {
    const events = Array.from(listening.matchAll(/\bapp\.on\('(\w+)\.\w+'/g), (match) => match[1] ?? '');
    expect(events.length).toBeGreaterThan(0);
    expect(APP_MANIFEST.default_events.toSorted()).toEqual([...new Set(events)].toSorted());
  });

  it('makes a private app that writes nothing but what is said of a deploy', () => {
    expect(APP_MANIFEST.public).toBe(false);
    const writing = Object.entries(APP_MANIFEST.default_permissions).filter(([, level]) => level === 'write');
    expect(writing).toEqual([
      ['pull_requests', 'write'],
      ['checks', 'write'],
      ['deployments', 'write'],
    ]);
  });
});

describe('the image', () => {
  it('starts the product as `npm start` does', () => {
    const read = (name: string): string => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { start: string } };
    const entrypoint = /^ENTRYPOINT (\[.*\])$/m.exec(read('Dockerfile'))?.[1] ?? '[]';
    expect(JSON.parse(entrypoint)).toEqual(scripts.start.split(' '));
  });
});
