// The checks of break glass in one environment. Pure.
import type { Draft } from './draft.ts';
import { parseDuration } from './duration.ts';
import type { PlacedEnvironment } from './placed.ts';
import type { Problem } from './problem.ts';
import type { RuleEntry } from './schema-rule.ts';
import { validateRule, type Tell, type Told } from './validate-rule.ts';

const REMIND_MIN_MS = 1_000;
const DAY_MS = 86_400_000;

interface Checks {
  readonly draft: Draft;
  readonly tell: Tell;
  /** Whether the people of its groups could ever satisfy a rule. */
  readonly possible: (rule: RuleEntry, tell: (told: Told) => Problem) => readonly Problem[];
}

/** Who may break the glass, and who looks at it afterwards, are said together or not at all. */
export function validateEmergency({ merged, environment }: PlacedEnvironment, { draft, tell, possible }: Checks): readonly Problem[] {
  const { emergency } = merged;
  const isAllowed = (merged.may?.emergency ?? []).length > 0;
  if (emergency === undefined && !isAllowed) return [];
  const problems: Problem[] = [];
  if (!isAllowed)
    problems.push(
      tell(['emergency'], { found: `nobody may start an emergency deploy to ${environment}`, fix: 'Name groups or roles in `may.emergency`' }),
    );
  if (emergency?.review === undefined) {
    const fix = 'Write who does, such as `emergency: { review: { group: sre, count: 1 } }`';
    return [
      ...problems,
      tell(emergency === undefined ? ['may', 'emergency'] : ['emergency'], { found: 'nobody reviews an emergency afterwards', fix }),
    ];
  }
  const { review, remind } = emergency;
  const pause = remind === undefined ? null : parseDuration(remind);
  if (pause !== null && (pause < REMIND_MIN_MS || pause > DAY_MS))
    problems.push(tell(['emergency', 'remind'], { found: `reviewers would be reminded after ${remind}`, fix: 'Write something between 1s and 1d' }));
  const wrong = validateRule({ entry: review, inner: ['emergency', 'review'], draft, tell });
  const impossible = wrong.length > 0 ? [] : possible(review, (told) => tell(['emergency', 'review'], told));
  return [...problems, ...wrong, ...impossible];
}
