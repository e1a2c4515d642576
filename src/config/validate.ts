// What needs more than one value to be judged: names that must exist, ids that must be unique, rules that must be possible. Pure.
import { VERBS } from '../command/table.ts';
import { targetOf } from './build.ts';
import { DEFAULT_ZONE, keysAt, problemAt, type Draft, type DraftService } from './draft.ts';
import { placeEnvironments, type PlacedEnvironment } from './placed.ts';
import { quote, suggest, type Problem } from './problem.ts';
import type { Path, Source } from './source.ts';
import { RESERVED_GROUPS, validateEnvironment } from './validate-environment.ts';
import { validatePipelines } from './validate-blocks.ts';
import { validateOrder } from './validate-order.ts';

/** Every problem of a draft, in the order of the file. */
export function validate(draft: Draft): readonly Problem[] {
  const placed = placeEnvironments(draft);
  return [
    ...validatePeople(draft),
    ...validateGroups(draft),
    ...validateZones(draft),
    ...validateDefaults(draft),
    ...validateServices(draft),
    ...placed.flatMap((environment) => validateEnvironment(draft, environment)),
    ...validateOrder(placed),
    ...validateTargets(placed),
    ...validatePipelines(draft),
  ];
}

type PersonEntry = Draft['people'][number]['entry'];

/** What one human alone has. */
const UNIQUE: readonly { readonly path: Path; readonly of: (entry: PersonEntry) => string | number | undefined; readonly what: string }[] = [
  { path: ['github', 'id'], of: ({ github }) => github.id, what: 'GitHub id' },
  { path: ['slack'], of: ({ slack }) => slack, what: 'Slack id' },
  { path: ['email'], of: ({ email }) => email?.toLowerCase(), what: 'the address' },
  { path: ['buildkite'], of: ({ buildkite }) => buildkite?.toLowerCase(), what: 'the address' },
];

function validatePeople({ root, people, slack }: Draft): readonly Problem[] {
  return people.flatMap(({ at, entry }, place) => {
    const before = people.slice(0, place).map((earlier) => earlier.entry);
    const taken = UNIQUE.flatMap(({ path, of, what }) => {
      const value = of(entry);
      const first = value === undefined ? undefined : before.find((other) => of(other) === value);
      if (first === undefined) return [];
      const found = `${what} ${value ?? ''} is that of ${first.name} too`;
      return [problemAt(root, ['people', at, ...path], { found, fix: 'Keep one entry for each human, with both accounts' })];
    });
    const isNamed = before.some((other) => other.name === entry.name);
    return [
      ...(isNamed
        ? [problemAt(root, ['people', at, 'name'], { found: `there are two people named ${quote(entry.name)}`, fix: 'Name them apart' })]
        : []),
      ...taken,
      ...whichAccount(entry, slack?.matchEmail === true).map((problem) => problemAt(root, ['people', at], problem)),
    ];
  });
}

/** Nobody is matched by an address by accident: it takes the switch, and an entry that names no account. */
function whichAccount({ name, slack, email }: PersonEntry, matchEmail: boolean): readonly Omit<Problem, 'path' | 'file' | 'line'>[] {
  if (slack !== undefined && email !== undefined)
    return [{ found: `${quote(name)} has both \`slack\` and \`email\``, fix: 'Keep `slack`, the stronger of the two' }];
  if (email !== undefined && !matchEmail)
    return [
      { found: `${quote(name)} has \`email\`, and \`slack.matchEmail\` is off`, fix: 'Write `slack` with the id of the member, or switch it on' },
    ];
  if (slack !== undefined || email !== undefined) return [];
  return [{ found: `${quote(name)} has no Slack account`, fix: `Write \`slack\` with the id of the member, such as U01ADA` }];
}

function validateGroups({ root, groups, written }: Draft): readonly Problem[] {
  return Object.entries(groups).flatMap(([name, entry]) => {
    const { people = [] } = entry;
    const sources = GROUP_SOURCES.filter((source) => entry[source] !== undefined);
    const listed = people.flatMap((person, at) => {
      const path = ['groups', name, 'people', at];
      if (!written.people.includes(person))
        return [problemAt(root, path, { found: `nobody is named ${quote(person)}`, fix: suggest(person, written.people) })];
      if (people.indexOf(person) === at) return [];
      return [problemAt(root, path, { found: `${quote(person)} is listed twice`, fix: 'Take one out; nobody counts twice' })];
    });
    const problems = sources.length === 1 ? listed : [problemAt(root, ['groups', name, ...sources.slice(1, 2)], whichSource(sources)), ...listed];
    if (!RESERVED_GROUPS.includes(name)) return problems;
    return [
      problemAt(root, ['groups', name], { found: `${quote(name)} means something else under \`may\``, fix: 'Name the group otherwise' }),
      ...problems,
    ];
  });
}

const GROUP_SOURCES = ['people', 'githubTeam', 'slackGroup'] as const;

function whichSource(sources: readonly string[]): Pick<Problem, 'found' | 'fix'> {
  if (sources.length === 0) return { found: 'nothing says who is in it', fix: 'Write one of `people`, `githubTeam` and `slackGroup`' };
  return { found: `${sources.join(' and ')} stand side by side`, fix: 'Keep one; make two groups and join them with `any` in the rule' };
}

function validateZones(draft: Draft): readonly Problem[] {
  const { root, zones, home } = draft;
  const entries = Object.entries(zones);
  const problems = entries.flatMap(([name, zone], at) => {
    const other = entries.slice(0, at).find(([, earlier]) => earlier.temporal.namespace === zone.temporal.namespace);
    if (other === undefined) return [];
    const found = `namespace ${quote(zone.temporal.namespace)} is that of zone "${other[0]}" too`;
    return [problemAt(root, ['zones', name, 'temporal', 'namespace'], { found, fix: 'Give every zone a namespace of its own' })];
  });
  problems.push(
    ...validateNames(
      root,
      entries.map(([name]) => name),
    ),
    ...validateCreators(draft),
  );
  const written = zones[DEFAULT_ZONE]?.buildkite.organization;
  if (home === null || home.organization === '' || written === undefined || written === home.organization) return problems;
  const found = `found ${quote(written)}, but BUILDKITE_ORGANIZATION_SLUG is ${quote(home.organization)}`;
  return [...problems, problemAt(root, ['zones', DEFAULT_ZONE, 'buildkite', 'organization'], { found, fix: 'Make them agree' })];
}

/** Names that a variable ends with already: the token of zone `file` would be the file of the token. */
const ENDINGS: readonly string[] = ['file', 'path', 'previous'];

function validateNames(root: Draft['root'], names: readonly string[]): readonly Problem[] {
  return names
    .filter((name) => ENDINGS.includes(name))
    .map((name) =>
      problemAt(root, ['zones', name], {
        found: `variables that end with _${name.toUpperCase()} mean something else`,
        fix: 'Name the zone otherwise',
      }),
    );
}

function validateCreators({ root, zones, people }: Draft): readonly Problem[] {
  if (people.some(({ entry }) => entry.buildkite !== undefined)) return [];
  return Object.entries(zones)
    .filter(([, { buildkite }]) => buildkite.actAs === 'approver')
    .map(([name]) =>
      problemAt(root, ['zones', name, 'buildkite', 'actAs'], {
        found: 'nobody under people has a Buildkite user, so nothing could be built',
        fix: 'Write `buildkite:` for whoever may approve',
      }),
    );
}

// A typing error in a default would silently switch gates off.
function validateDefaults(draft: Draft): readonly Problem[] {
  const sources = [draft.root, ...draft.services.map(({ source }) => source)];
  const known = [
    ...new Set(
      sources.flatMap(({ value }) => keysAt(value, ['services']).flatMap((service) => keysAt(value, ['services', service, 'environments']))),
    ),
  ];
  return keysAt(draft.root.value, ['defaults', 'environments'])
    .filter((name) => !known.includes(name))
    .map((name) =>
      problemAt(draft.root, ['defaults', 'environments', name], { found: `no service has an environment ${quote(name)}`, fix: suggest(name, known) }),
    );
}

function validateServices(draft: Draft): readonly Problem[] {
  const { root, services, written } = draft;
  if (services.length === 0 && keysAt(root.value, ['services']).length === 0) {
    return [problemAt(root, ['services'], { found: 'there is no service', fix: 'Add one under services, or include a file with one' })];
  }
  return services.flatMap((service, at) => {
    const { name, entry, source } = service;
    const path = ['services', name];
    const earlier = services.slice(0, at);
    const twin = earlier.find((other) => other.name === name);
    const zone = entry.zone ?? DEFAULT_ZONE;
    return [
      ...(twin === undefined
        ? []
        : [problemAt(source, path, { found: `${twin.source.file} has a service ${quote(name)} too`, fix: 'Keep one of them' })]),
      ...(written.zones.includes(zone)
        ? []
        : [problemAt(source, [...path, 'zone'], { found: `there is no zone ${quote(zone)}`, fix: fixOfZone(zone, written.zones) })]),
      ...(keysAt(source.value, [...path, 'environments']).length > 0
        ? []
        : [problemAt(source, [...path, 'environments'], { found: 'there is no environment', fix: 'Add one' })]),
      ...unlessCommand(source, path, name),
      ...validateAliases(service, services),
    ];
  });
}

function fixOfZone(zone: string, known: readonly string[]): string {
  return zone === DEFAULT_ZONE ? 'Write it under zones, or set BUILDKITE_ORGANIZATION_SLUG' : suggest(zone, known);
}

function validateAliases({ name, entry, source }: DraftService, services: readonly DraftService[]): readonly Problem[] {
  return (entry.aliases ?? []).flatMap((alias, at) => {
    const path = ['services', name, 'aliases', at];
    if (alias === name || entry.aliases?.indexOf(alias) !== at) {
      return [problemAt(source, path, { found: `${quote(alias)} is said twice`, fix: 'Take it out' })];
    }
    const clash = services.find((other) => other.name !== name && (other.name === alias || other.entry.aliases?.includes(alias) === true));
    return clash === undefined
      ? unlessCommand(source, path, alias)
      : [problemAt(source, path, { found: `${quote(alias)} is a name of service ${quote(clash.name)} too`, fix: 'Choose another alias' })];
  });
}

/** `/deploy status to staging` asks for the status: a service of that name could not be asked for in words. */
function unlessCommand(source: Source, path: Path, typed: string): readonly Problem[] {
  if (!VERBS.some((verb) => verb === typed)) return [];
  return [problemAt(source, path, { found: `${quote(typed)} is a command, and would be read as one`, fix: 'Name it otherwise' })];
}

/** A target lives in one Temporal namespace: used from two, it would be guarded by neither. */
function validateTargets(placed: readonly PlacedEnvironment[]): readonly Problem[] {
  const uses = placed.map((environment) => ({
    environment,
    target: targetOf(environment.service.name, environment.environment, environment.merged),
    zone: environment.service.entry.zone ?? DEFAULT_ZONE,
  }));
  return uses.flatMap(({ environment, target, zone }, at) => {
    const other = uses.slice(0, at).find((earlier) => earlier.target === target && earlier.zone !== zone);
    if (other === undefined) return [];
    const { source, path } = environment.origin(['target']);
    const found = `target ${quote(target)} is used in zone ${quote(zone)} here and in ${quote(other.zone)} by service ${quote(other.environment.service.name)}`;
    return [problemAt(source, path, { found, fix: 'Keep a target inside one zone' })];
  });
}
