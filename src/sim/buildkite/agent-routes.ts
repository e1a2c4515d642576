// The agent API, as much of it as the real buildkite-agent needs to run a job: register, ask for work, run it, give it back.
import { gunzipSync } from 'node:zlib';
import type { SimHandler, SimRequest, SimResponse, SimRoutes } from '../http.ts';
import { jsonObject } from '../json.ts';
import { createAgentSessions, type AgentSessions, type HeldJob, type SimAgent } from './agent-sessions.ts';
import { annotate, type AnnotationWish } from './annotations.ts';
import type { Engine } from './engine.ts';
import { environmentOf } from './environment.ts';
import { apiTime, type Json } from './objects.ts';
import type { OidcIssuer } from './oidc.ts';
import { uuid7, type SimBuild } from './state.ts';

export interface AgentApi {
  readonly routes: SimRoutes;
  /** What new agents register with (`BUILDKITE_AGENT_TOKEN`). */
  readonly registrationToken: string;
}

interface House {
  readonly engine: Engine;
  readonly oidc: OidcIssuer;
  readonly registrationToken: string;
}

export function createAgentApi(engine: Engine, oidc: OidcIssuer): AgentApi {
  const registrationToken = `bkar_${uuid7(engine.clock.now())}`;
  const sessions = createAgentSessions(engine);
  const house: House = { engine, oidc, registrationToken };
  return { registrationToken, routes: { ...lifeRoutes(house, sessions), ...jobRoutes(house, sessions), ...insideRoutes(house, sessions) } };
}

type AgentHandler = (agent: SimAgent, request: SimRequest) => SimResponse;
type JobHandler = (held: HeldJob, request: SimRequest) => SimResponse;

const refused = (status: number, message: string): SimResponse => ({ status, body: { message } });
const NOBODY = refused(401, 'Invalid access token');
const OK: SimResponse = { status: 200, body: {} };

/** With the token of a session. */
const asAgent =
  (sessions: AgentSessions, handler: AgentHandler): SimHandler =>
  (request) => {
    const agent = sessions.agentOf(tokenOf(request));
    return agent === null ? NOBODY : handler(agent, request);
  };

/** The job of the path, for the agent that has it, or for the job itself. */
const asHolder =
  (sessions: AgentSessions, handler: JobHandler): SimHandler =>
  (request) => {
    const held = sessions.held(request.params['job'] ?? '');
    const token = tokenOf(request);
    if (sessions.agentOf(token) === null && sessions.heldBy(token) === null) return NOBODY;
    return held === null || (token !== held.token && token !== held.agent.token) ? refused(404, 'No job found') : handler(held, request);
  };

function lifeRoutes({ engine, registrationToken }: House, sessions: AgentSessions): SimRoutes {
  return {
    'POST /v3/register': (request) => {
      if (tokenOf(request) !== registrationToken) return NOBODY;
      const body = bodyOf(request);
      const tags = Array.isArray(body['meta_data']) ? body['meta_data'].map(String) : [];
      const agent = sessions.register(textIn(body, 'name', 'agent'), tags);
      const intervals = { ping_interval: 1, job_status_interval: 1, heartbeat_interval: 60 };
      return {
        status: 200,
        body: { id: agent.id, name: agent.name, access_token: agent.token, endpoint: `${request.base}/v3`, meta_data: tags, ...intervals },
      };
    },
    'POST /v3/connect': asAgent(sessions, (agent) => {
      agent.isConnected = true;
      return OK;
    }),
    'POST /v3/disconnect': asAgent(sessions, (agent) => {
      agent.isConnected = false;
      return OK;
    }),
    'POST /v3/heartbeat': asAgent(sessions, (_agent, request) => ({
      status: 200,
      body: { sent_at: bodyOf(request)['sent_at'] ?? null, received_at: apiTime(engine.clock.now()) },
    })),
    'GET /v3/ping': asAgent(sessions, (agent, { base }) => {
      const held = sessions.offer(agent);
      return { status: 200, body: held === null ? {} : { job: { id: held.job.id, state: 'assigned', endpoint: `${base}/v3`, env: {} } } };
    }),
  };
}

function jobRoutes({ engine }: House, sessions: AgentSessions): SimRoutes {
  return {
    'PUT /v3/jobs/:job/accept': asHolder(sessions, (held, { base }) => ({ status: 200, body: jobBody(engine, held, base) })),
    'PUT /v3/jobs/:job/acquire': asAgent(sessions, (agent, request) => {
      if (request.headers['x-buildkite-lock-acquire-job'] !== '1') return refused(422, 'X-Buildkite-Lock-Acquire-Job is missing');
      const held = sessions.acquire(agent, request.params['job'] ?? '');
      return held === null ? refused(422, 'The job is not there to be acquired') : { status: 200, body: jobBody(engine, held, request.base) };
    }),
    'PUT /v3/jobs/:job/start': asHolder(sessions, (held) => {
      if (held.job.state !== 'scheduled') return refused(422, `The job is ${held.job.state}`);
      sessions.start(held);
      return OK;
    }),
    'GET /v3/jobs/:job': asHolder(sessions, ({ job }) => ({ status: 200, body: { id: job.id, state: job.state } })),
    'POST /v3/jobs/:job/header_times': asHolder(sessions, () => OK),
    'POST /v3/jobs/:job/chunks': asHolder(sessions, ({ chunks }, { query, headers, rawBody }) => {
      const text = headers['content-encoding'] === 'gzip' ? gunzipSync(rawBody) : rawBody;
      chunks.set(Number(query.get('sequence')), text.toString('utf8'));
      return { status: 201, body: {} };
    }),
    'PUT /v3/jobs/:job/finish': asHolder(sessions, (held, request) => {
      sessions.finish(held, Number(bodyOf(request)['exit_status'] ?? -1));
      return OK;
    }),
  };
}

/** What a running job asks for itself. */
function insideRoutes({ engine, oidc }: House, sessions: AgentSessions): SimRoutes {
  const data = (handler: (build: SimBuild, key: string, request: SimRequest) => SimResponse): SimHandler =>
    asHolder(sessions, ({ build }, request) => handler(build, textIn(bodyOf(request), 'key'), request));
  return {
    'POST /v3/jobs/:job/data/set': data((build, key, request) => {
      build.metaData[key] = textIn(bodyOf(request), 'value');
      return OK;
    }),
    'POST /v3/jobs/:job/data/get': data(({ metaData }, key) =>
      Object.hasOwn(metaData, key) ? { status: 200, body: { key, value: metaData[key] } } : refused(404, 'No key found'),
    ),
    'POST /v3/jobs/:job/data/exists': data(({ metaData }, key) => ({ status: 200, body: { exists: Object.hasOwn(metaData, key) } })),
    'POST /v3/jobs/:job/data/keys': data(({ metaData }) => ({ status: 200, body: Object.keys(metaData) })),
    'POST /v3/jobs/:job/annotations': asHolder(sessions, ({ build }, request) => {
      annotate(engine, { build, job: null }, wishIn(bodyOf(request)));
      return { status: 201, body: {} };
    }),
    'POST /v3/jobs/:job/oidc/tokens': asHolder(sessions, ({ build, job }, request) => {
      // The job's own token: an agent may not speak in the name of its job.
      if (sessions.heldBy(tokenOf(request)) === null) return NOBODY;
      if (job.state !== 'running') return refused(422, 'The job is not running');
      const { audience, lifetime, claims, subject_claim: subject } = bodyOf(request);
      try {
        const token = oidc.tokenOf(build, job, {
          ...(typeof audience === 'string' ? { audience } : {}),
          ...(typeof lifetime === 'number' && lifetime > 0 ? { lifetime } : {}),
          ...(Array.isArray(claims) ? { claims: claims.map(String) } : {}),
          ...(typeof subject === 'string' ? { subjectClaim: subject } : {}),
        });
        return { status: 200, body: { token } };
      } catch (error) {
        return refused(422, error instanceof Error ? error.message : 'refused');
      }
    }),
  };
}

function wishIn(body: Json): AnnotationWish {
  const { style, priority, append } = body;
  return {
    context: textIn(body, 'context', 'default'),
    text: textIn(body, 'body'),
    style: typeof style === 'string' && style !== '' ? style : null,
    priority: typeof priority === 'number' ? priority : 3,
    append: append === true,
  };
}

/** The job as an agent takes it. */
function jobBody({ state }: Engine, { build, job, token, agent }: HeldJob, base: string): Json {
  const env = {
    ...environmentOf(build, job, { base, organization: state.organization.slug }),
    BUILDKITE_AGENT_ID: agent.id,
    BUILDKITE_AGENT_NAME: agent.name,
    BUILDKITE_PLUGINS: '',
    BUILDKITE_TIMEOUT: 'false',
  };
  return {
    id: job.id,
    endpoint: `${base}/v3`,
    state: 'accepted',
    env,
    step: { command: job.step.type === 'command' ? (job.step.command ?? '') : '' },
    token,
    chunks_max_size_bytes: 102_400,
    log_max_size_bytes: 104_857_600,
    runnable_at: apiTime(job.scheduledAt),
    exit_status: '',
    started_at: '',
    finished_at: '',
    chunks_failed_count: 0,
  };
}

function tokenOf({ headers }: SimRequest): string {
  return /^Token (\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
}

function bodyOf({ rawBody }: SimRequest): Json {
  return jsonObject(rawBody.toString('utf8')) ?? {};
}

function textIn(body: Json, name: string, fallback = ''): string {
  const value = body[name];
  return typeof value === 'string' ? value : fallback;
}
