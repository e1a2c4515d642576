// The rows of broken-configs.ts about how long a request waits, and what the clock does meanwhile.
import { BASE } from './base-config.ts';
import type { BrokenConfig } from './broken-configs.ts';

const RULE = 'approvals: { all: [{ group: sre }, { group: owners }] }';

function row(what: string, written: string, path: string, found: RegExp, fix: RegExp): BrokenConfig {
  const text = BASE.replace(RULE, `approvals: { group: sre, ${written} }`);
  return { what, text, path: `services.api.environments.production.approvals.${path}`, found, fix };
}

export const BROKEN_WAITING: readonly BrokenConfig[] = [
  row('a reminder in words', 'remind: [soon]', 'remind[0]', /soon/, /share of the expiry/),
  row('a reminder at the expiry', 'remind: [100%]', 'remind[0]', /100%/, /50%/),
  row('a reminder after the expiry', 'remind: [4h]', 'remind[0]', /nobody waits any more after 4h/, /shorter/),
  row('a reminder at once', 'remind: [0m]', 'remind[0]', /0m/, /more than nothing/),
  row('a reminder twice', 'remind: [50%, 50%]', 'remind[1]', /twice/, /./),
  row('six reminders', 'remind: [1m, 2m, 3m, 4m, 5m, 6m]', 'remind', /too much/, /5 or less/),
  row('no reminder', 'remind: []', 'remind', /empty list/, /at least one/),
  row('an escalation to nobody', 'escalate: { after: 1h }', 'escalate.to', /missing/, /name/),
  row('an escalation to a stranger', 'escalate: { after: 1h, to: oncal }', 'escalate.to', /no group "oncal"/, /sre, owners/),
  row('an escalation after the expiry', 'escalate: { after: 5h, to: owners }', 'escalate.after', /after 5h/, /shorter/),
  row('an escalation to do anything', 'escalate: { after: 1h, to: owners, may: all }', 'escalate.may', /all/, /call/),
  row('a zone of nowhere', 'hours: { zone: Europe/Berlim, from: "09:00", to: "17:00" }', 'hours.zone', /Europe\/Berlim/, /Europe\/Berlin/),
  row('an offset for a zone', 'hours: { zone: "+02:00", from: "09:00", to: "17:00" }', 'hours.zone', /no time zone/, /Europe\/Berlin/),
  row('a day in full', 'hours: { zone: UTC, days: [monday], from: "09:00", to: "17:00" }', 'hours.days[0]', /monday/, /mon/),
  row('a day twice', 'hours: { zone: UTC, days: [mon, mon], from: "09:00", to: "17:00" }', 'hours.days[1]', /twice/, /./),
  row('no day', 'hours: { zone: UTC, days: [], from: "09:00", to: "17:00" }', 'hours.days', /empty list/, /at least one/),
  row('a time without quotes', 'hours: { zone: UTC, from: 9, to: "17:00" }', 'hours.from', /9/, /in quotes/),
  row('a time that no clock shows', 'hours: { zone: UTC, from: "09:00", to: "24:30" }', 'hours.to', /24:30/, /09:00/),
  row('a day that ends before it begins', 'hours: { zone: UTC, from: "22:00", to: "06:00" }', 'hours.to', /06:00 is not after 22:00/, /24:00/),
  row('an undo window of a day', 'undo: 1d', 'undo', /1d/, /10m/),
  row('an undo window of nothing', 'undo: 0s', 'undo', /0s/, /1s/),
];
