// What goes wrong on purpose: one list of rules `{ match, when, effect }`, for requests as for webhooks. Chance is seeded, so a bad day can be had again.

/** Which of the matching ones a rule hits. Everything left out: all of them, for ever. */
export interface When {
  /** How many it hits before it is used up. */
  readonly times?: number;
  /** The first that it hits is the nth that matches. */
  readonly from?: number;
  /** How likely it hits each one, 0 to 1. */
  readonly chance?: number;
  /** Milliseconds since 1970, on the simulator's clock. */
  readonly until?: number;
}

export interface FaultRule<Subject, Effect> {
  readonly match: (subject: Subject) => boolean;
  readonly when: When;
  readonly effect: Effect;
}

export interface FaultList<Subject, Effect> {
  add(rule: FaultRule<Subject, Effect>): void;
  /** The effects of all rules that hit, in the order in which they were added. With `first` the others do not count this one. */
  take(subject: Subject, how?: 'all' | 'first'): readonly Effect[];
  clear(): void;
}

export function createFaultList<Subject, Effect>(world: { readonly now: () => number; readonly random: () => number }): FaultList<Subject, Effect> {
  let rules: { readonly rule: FaultRule<Subject, Effect>; matched: number; hit: number }[] = [];
  const hits = (entry: (typeof rules)[number], subject: Subject): boolean => {
    const { match, when } = entry.rule;
    if (entry.hit >= (when.times ?? Infinity) || world.now() >= (when.until ?? Infinity) || !match(subject)) return false;
    entry.matched += 1;
    if (entry.matched < (when.from ?? 1) || (when.chance !== undefined && world.random() >= when.chance)) return false;
    entry.hit += 1;
    return true;
  };
  return {
    add: (rule) => void rules.push({ rule, matched: 0, hit: 0 }),
    take: (subject, how = 'all') => {
      if (how === 'all') return rules.filter((entry) => hits(entry, subject)).map(({ rule }) => rule.effect);
      const first = rules.find((entry) => hits(entry, subject));
      return first === undefined ? [] : [first.rule.effect];
    },
    clear: () => {
      rules = [];
    },
  };
}

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
