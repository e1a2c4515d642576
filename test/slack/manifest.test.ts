// The manifest asks for what the code uses, no more and no less.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { botScopes, METHOD_SCOPES } from '../../src/slack/scopes.ts';

const manifest = parse(readFileSync(new URL('../../slack-manifest.yml', import.meta.url), 'utf8')) as {
  readonly display_information: { readonly name: string; readonly description: string };
  readonly features: {
    readonly app_home: unknown;
    readonly slash_commands: readonly { readonly command: string; readonly description: string; readonly url: string }[];
  };
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[] } };
  readonly settings: Readonly<Record<string, unknown>>;
};

type Events = { readonly request_url: string; readonly bot_events: readonly string[] };

function codeOfTheAdapter(): string {
  const folder = new URL('../../src/slack/', import.meta.url);
  return readdirSync(folder)
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n');
}

function methodsInTheCode(): readonly string[] {
  const calls = Array.from(codeOfTheAdapter().matchAll(/\bclient\.((?:\w+\.)+\w+)\(/g), (match) => match[1] ?? '');
  return [...new Set(calls)].sort();
}

test('every Web API call of the code has its scopes in the table, and nothing else has', () => {
  expect(methodsInTheCode()).toEqual(Object.keys(METHOD_SCOPES).sort());
});

test('the bot scopes are those of the table', () => {
  expect(manifest.oauth_config.scopes.bot).toEqual(botScopes());
});

test('the command, the buttons and the events come to the one address there is', () => {
  const urls = [
    (manifest.settings['event_subscriptions'] as Events).request_url,
    manifest.features.slash_commands.map((command) => command.url),
    (manifest.settings['interactivity'] as { request_url: string }).request_url,
  ];
  expect(new Set(urls.flat())).toEqual(new Set(['https://YOUR-HOST/slack/events']));
  expect(manifest.features.slash_commands.map((command) => command.command)).toEqual(['/deploy']);
});

test('exactly the events that are listened to are subscribed to, and the home tab that they are about is there', () => {
  const listened = Array.from(codeOfTheAdapter().matchAll(/\bapp\.event\('(\w+)'/g), (match) => match[1]);
  expect((manifest.settings['event_subscriptions'] as Events).bot_events).toEqual(listened);
  expect(manifest.features.app_home).toEqual({ home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true });
});

test('names and descriptions are within Slack’s limits', () => {
  expect(manifest.display_information.name.length).toBeLessThanOrEqual(35);
  expect(manifest.display_information.description.length).toBeLessThanOrEqual(140);
});
