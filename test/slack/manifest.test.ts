// The manifest asks for what the code uses, no more and no less.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { botScopes, METHOD_SCOPES } from '../../src/slack/scopes.ts';

const manifest = parse(readFileSync(new URL('../../slack-manifest.yml', import.meta.url), 'utf8')) as {
  readonly display_information: { readonly name: string; readonly description: string };
  readonly features: { readonly slash_commands: readonly { readonly command: string; readonly description: string; readonly url: string }[] };
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[] } };
  readonly settings: Readonly<Record<string, unknown>>;
};

function methodsInTheCode(): readonly string[] {
  const folder = new URL('../../src/slack/', import.meta.url);
  const code = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
  const calls = Array.from(code.join('\n').matchAll(/\bclient\.((?:\w+\.)+\w+)\(/g), (match) => match[1] ?? '');
  return [...new Set(calls)].sort();
}

test('every Web API call of the code has its scopes in the table, and nothing else has', () => {
  expect(methodsInTheCode()).toEqual(Object.keys(METHOD_SCOPES).sort());
});

test('the bot scopes are those of the table', () => {
  expect(manifest.oauth_config.scopes.bot).toEqual(botScopes());
});

test('the command and the buttons come to the one address there is', () => {
  const urls = [
    manifest.features.slash_commands.map((command) => command.url),
    (manifest.settings['interactivity'] as { request_url: string }).request_url,
  ];
  expect(urls.flat()).toEqual(['https://YOUR-HOST/slack/events', 'https://YOUR-HOST/slack/events']);
  expect(manifest.features.slash_commands.map((command) => command.command)).toEqual(['/deploy']);
});

test('no events are subscribed to, since none are listened to', () => {
  expect(manifest.settings).not.toHaveProperty('event_subscriptions');
});

test('names and descriptions are within Slack’s limits', () => {
  expect(manifest.display_information.name.length).toBeLessThanOrEqual(35);
  expect(manifest.display_information.description.length).toBeLessThanOrEqual(140);
});
