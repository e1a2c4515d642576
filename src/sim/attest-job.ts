// The first step of a simulated deploy pipeline: what docs/pipeline/countersign-attest.sh does on an agent, with a token of the simulated issuer.
import type { BuildkiteSim } from './buildkite/buildkite-sim.ts';
import type { CommandEnd, CommandStep } from './buildkite/state.ts';

/** Key of the step, as in docs/pipeline/pipeline.yml. */
export const ATTEST_STEP = 'countersign';
const TRIES = 24;
const PAUSE_MS = 500;
const ANSWERED_WITHIN_MS = 15_000;
/** Of a refusal nothing but its code is repeated. */
const CODE_MAX = 40;

/** `at`: the product's own address, which is also who the token is for. */
export function attestStep(oidc: BuildkiteSim['oidc'], at: string): CommandStep {
  return {
    type: 'command',
    label: ATTEST_STEP,
    key: ATTEST_STEP,
    command: 'countersign-attest.sh',
    run: (build, job) => attestation(at, () => oidc.tokenOf(build, job, { audience: at, lifetime: 60, claims: ['organization_id', 'build_id'] })),
  };
}

async function attestation(at: string, newToken: () => string): Promise<CommandEnd> {
  const lines: string[] = [];
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    // A token is good for one yes, so each try has its own.
    const { status, body } = await ask(at, newToken());
    if (status === 200) return { outcome: 'pass', log: [...lines, 'Countersign: yes, this is the approved build', body].join('\n') };
    if (status === 403) {
      const code = body.slice(0, CODE_MAX).replaceAll(/[^a-z-]/g, '');
      return { outcome: 'fail', log: [...lines, `Countersign: no, this is not the approved build (${code})`].join('\n') };
    }
    if (status !== 503) break;
    lines.push(`Countersign does not know yet (try ${attempt} of ${TRIES})`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
  }
  return { outcome: 'fail', log: [...lines, 'Countersign gave no answer, so this is not known to be the approved build'].join('\n') };
}

/** Status 0: nobody answered. */
async function ask(at: string, token: string): Promise<{ readonly status: number; readonly body: string }> {
  try {
    const signal = AbortSignal.timeout(ANSWERED_WITHIN_MS);
    const answer = await fetch(`${at}/buildkite/attest`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, signal });
    return { status: answer.status, body: await answer.text() };
  } catch {
    return { status: 0, body: '' };
  }
}
