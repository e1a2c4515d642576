// Activities of `outside`: reading a build that nobody asked for, telling of it, and who may cancel it.
import type { OutsideJudging, OutsideReading, OutsideTelling } from '../../workflows/outside-activities.ts';
import type { OutsideStatus } from '../../workflows/outside-contract.ts';
import type { Authorised } from '../../workflows/activities.ts';
import type { BuildkiteApi } from '../buildkite/api.ts';
import { outsideOf } from '../config/outside.ts';
import { judgeMay } from '../policy/judge.ts';
import type { Canceller } from '../policy/outside-policy.ts';
import { groupsOfRule } from '../policy/rule.ts';
import { plainContext } from '../render/context.ts';
import { outsideMessage } from '../render/outside-card.ts';
import type { SlackApi } from '../slack/api.ts';
import type { Gateway } from '../temporal/gateway.ts';
import { readPerson, whoClicks } from './decide.ts';
import type { FactsDeps } from './gather-facts.ts';
import { postOnce } from './slack-cards.ts';
import { readGroupsSoon, readLinksSoon, soon } from './soon.ts';

/** Environments that differ in who may cancel; a pipeline that many services share has a few. */
const CANCELLERS_MAX = 20;

export function createOutsideReading(buildkite: Pick<BuildkiteApi, 'readOutside'>): OutsideReading {
  return { readOutside: (at) => buildkite.readOutside(at) };
}

export function createOutsideJudging(deps: FactsDeps & { readonly gateway: Pick<Gateway, 'outside'> }): OutsideJudging {
  return { authoriseOutside: (input) => authorise(deps, input), askClaimed: (build) => deps.gateway.outside.askClaimed(build) };
}

async function authorise(deps: FactsDeps, { organization, pipeline, by }: Parameters<OutsideJudging['authoriseOutside']>[0]): Promise<Authorised> {
  const cancellers = outsideOf(deps.config, organization, pipeline)?.cancellers ?? [];
  const answers = await Promise.all(cancellers.slice(0, CANCELLERS_MAX).map((canceller) => judge(deps, canceller, by)));
  const refused = answers.find((answer) => answer.kind === 'refused');
  return answers.find((answer) => answer.kind === 'allowed') ?? refused ?? { kind: 'refused', reasons: [{ code: 'may-not-cancel', allowed: [] }] };
}

async function judge(deps: FactsDeps, { repo: slug, may, rule }: Canceller, by: Parameters<typeof whoClicks>[1]): Promise<Authorised> {
  const links = readLinksSoon(deps, [by]);
  const [{ person }, repo] = await Promise.all([whoClicks(deps, by, links), soon(deps.github.readRepository(slug))]);
  const groups = [...may.groups, ...(may.approvers ? groupsOfRule(rule?.tree ?? null) : [])];
  const [[state, role], membership] = await Promise.all([
    readPerson(deps, repo.known ? repo.value : null, person),
    readGroupsSoon(deps, groups, links),
  ]);
  return judgeMay({ act: 'cancel', may, rule, requesters: [], person, state, role, ...membership });
}

export function createOutsideTelling(deps: {
  readonly slack: Pick<SlackApi, 'findCard' | 'postCard' | 'updateCard' | 'permalink'>;
  readonly prefix: string;
  readonly now: () => number;
}): OutsideTelling {
  const { slack, prefix, now } = deps;
  const drawn = (status: OutsideStatus): ReturnType<typeof outsideMessage> => outsideMessage(status, plainContext(now(), prefix));
  return {
    postOutside: async (status) => {
      const { input, workflowId: key, openedAt: since } = status;
      const { card } = await postOnce(slack, { channel: input.channel, key, since, message: drawn(status) });
      return card;
    },
    updateOutside: ({ status, card }) => slack.updateCard(card, drawn(status)),
  };
}
