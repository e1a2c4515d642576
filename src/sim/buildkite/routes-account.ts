// Routes about who asks and what there is: root, meta, token, user, organization, quota, pipelines, emoji.
import type { SimRoutes } from '../http.ts';
import { decorated, guarded, requireOrganization, requirePipeline, visiblePipelines, type Api } from './access.ts';
import { organizationJson, pipelineJson, userJson, webhookTime, type Json, type Wording } from './objects.ts';
import { paged } from './paging.ts';
import { resetSeconds } from './quota.ts';

export function accountRoutes(api: Api): SimRoutes {
  const { state, clock } = api.engine;
  return {
    'GET /': () => decorated({ status: 200, body: { message: '🛠', timestamp: Math.floor(clock.now() / 1000) } }, {}),
    'GET /v2/meta': () => decorated({ status: 200, body: { webhook_ips: ['127.0.0.1/32'] } }, {}),
    'GET /v2/access-token': guarded(api, [], ({ token }) => ({
      status: 200,
      body: {
        uuid: token.id,
        scopes: token.scopes,
        description: token.description,
        created_at: webhookTime(token.createdAt),
        expires_at: webhookTime(token.expiresAt),
        user: { name: token.user.name, email: token.user.email },
      },
    })),
    'DELETE /v2/access-token': guarded(api, [], ({ token }) => {
      state.tokens.splice(state.tokens.indexOf(token), 1);
      return { status: 204 };
    }),
    'GET /v2/user': guarded(api, ['read_user'], ({ token, wording }) => ({ status: 200, body: userJson(token.user, wording) })),
    'GET /v2/organizations': guarded(api, ['read_organizations'], ({ request, token, wording }) =>
      paged(request, token.user.role === 'outsider' ? [] : [state], () => organizationJson(state, wording)),
    ),
    'GET /v2/organizations/:organization': guarded(api, ['read_organizations'], (call) => {
      requireOrganization(call);
      return { status: 200, body: organizationJson(state, call.wording) };
    }),
    // Standard emoji only: an organization's own ones are a matter of taste.
    'GET /v2/organizations/:organization/emojis': guarded(api, [], (call) => {
      requireOrganization(call);
      return { status: 200, body: EMOJIS.map(([name, code, ...aliases]) => emojiJson({ name, code, aliases }, call.wording)) };
    }),
    'GET /v2/organizations/:organization/rate_limit': guarded(api, [], (call) => {
      requireOrganization(call);
      return { status: 200, body: { scopes: quotaScopes(api) } };
    }),
    'GET /v2/organizations/:organization/pipelines': guarded(api, ['read_pipelines'], (call) => {
      requireOrganization(call);
      const contains = (text: string | undefined, part: string | null): boolean => part === null || (text ?? '').includes(part);
      const { query } = call.request;
      const found = visiblePipelines(call).filter(
        ({ slug, settings }) => contains(settings.name ?? slug, query.get('name')) && contains(settings.repository, query.get('repository')),
      );
      return paged(call.request, found, (pipeline) => pipelineJson(pipeline, state.builds, call.wording));
    }),
    'GET /v2/organizations/:organization/pipelines/:pipeline': guarded(api, ['read_pipelines'], (call) => ({
      status: 200,
      body: pipelineJson(requirePipeline(call), state.builds, call.wording),
    })),
  };
}

const EMOJIS: readonly (readonly [string, string, ...(readonly string[])])[] = [
  ['rocket', '1f680'],
  ['ship', '1f6a2'],
  ['+1', '1f44d', 'thumbsup'],
  ['white_check_mark', '2705'],
];

function emojiJson(emoji: { readonly name: string; readonly code: string; readonly aliases: readonly string[] }, { base }: Wording): Json {
  const { name, code, aliases } = emoji;
  return { name, url: `${base}/emoji/unicode/${code}.png?v1`, ...(aliases.length > 0 ? { aliases } : {}) };
}

/** The organization's figures only: a user's own are told by headers alone. */
function quotaScopes(api: Api): Readonly<Record<string, unknown>> {
  const now = api.engine.clock.now();
  const rest = api.quota.gauges().find((gauge) => gauge.scope === 'rest');
  const scope = (limit: number, current: number, resetMs: number): object => ({
    limit,
    current,
    reset: resetSeconds({ resetMs }),
    reset_at: new Date(now + resetMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    enforced: true,
  });
  return { rest: scope(rest?.limit ?? 0, rest?.current ?? 0, rest?.resetMs ?? 0), graphql: scope(20_000, 0, 300_000) };
}
