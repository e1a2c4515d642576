// A message for a response_url, or the body of a command's answer: https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
import { jsonObject } from '../json.ts';
import { refuseBlocks } from './validate.ts';
import { findMessage, named, replaceMessage, type ResponseUrl, type SimBlock, type SimContent, type SimEphemeral, type SlackWorld } from './world.ts';

/** The content, or Slack's word for what is wrong with it. */
export function readContent(body: Readonly<Record<string, unknown>>): SimContent | string {
  const blocks = body['blocks'] ?? [];
  const refused = refuseBlocks(blocks, 'not-enforced');
  if (refused !== null) return refused.error;
  const text = typeof body['text'] === 'string' ? body['text'] : '';
  const known = named(blocks as readonly SimBlock[]);
  return text === '' && known.length === 0 ? 'no_text' : { text, blocks: known };
}

/** Shows content to one person alone. */
export function showEphemeral(
  world: SlackWorld,
  asked: Pick<ResponseUrl, 'id' | 'channel' | 'user'>,
  content: SimContent,
  via: SimEphemeral['via'],
): SimEphemeral {
  const { channel, user, id: answers } = asked;
  const ephemeral: SimEphemeral = { ...content, channel, user, ts: world.nextTs(), via, answers };
  world.ephemerals.push(ephemeral);
  world.changed();
  return ephemeral;
}

/** Answers a POST to a response_url with status and body. */
export function useResponseUrl(world: SlackWorld, id: string, text: string): { readonly status: number; readonly body: unknown } {
  const url = world.responseUrls.get(id);
  if (url === undefined || world.now() > url.expiresAt) return { status: 404, body: { ok: false, error: 'expired_url' } };
  if (url.usesLeft <= 0) return { status: 404, body: { ok: false, error: 'used_url' } };
  const body = jsonObject(text);
  if (body === null) return { status: 400, body: { ok: false, error: 'invalid_payload' } };
  url.usesLeft -= 1;
  const problem = apply(world, url, body);
  return problem === null ? { status: 200, body: 'ok' } : { status: 400, body: { ok: false, error: problem } };
}

function apply(world: SlackWorld, url: ResponseUrl, body: Readonly<Record<string, unknown>>): string | null {
  const original = url.messageTs === null ? null : findMessage(world, url.channel, url.messageTs);
  if (body['delete_original'] === true) {
    if (original !== null) replaceMessage(world, original, null);
    return null;
  }
  const content = readContent(body);
  if (typeof content === 'string') return content;
  if (body['replace_original'] === true && original !== null) {
    const versions = [...original.versions, { text: original.text, blocks: original.blocks }];
    replaceMessage(world, original, { ...original, ...content, versions });
  } else if (body['response_type'] === 'in_channel') {
    const message = { channel: url.channel, ts: world.nextTs(), user: world.botUser, threadTs: null, metadata: null, edited: false, versions: [] };
    world.messages.push({ ...message, ...content });
    world.changed();
  } else showEphemeral(world, url, content, 'response_url');
  return null;
}
