// What Temporal's own variables say for one zone. Pure.

type Variables = Readonly<Record<string, string | undefined>>;

/** What signs in, or says as whom: never taken over from the zone `default`. */
const OF_ONE_ZONE = /^TEMPORAL_(?:API_KEY|NAMESPACE|PROFILE|CONFIG_FILE|CODEC_AUTH|TLS_CLIENT_(?:CERT|KEY)_(?:PATH|DATA)|GRPC_META_.*)$/;

/** With `suffix` (`_EU`): its own variables under their plain names, and of the others only what says where the server is. */
export function zoneVariables(env: Variables, suffix: string): Variables {
  if (suffix === '') return env;
  const shared = Object.entries(env).filter(([name]) => !OF_ONE_ZONE.test(name));
  const own = Object.entries(env).flatMap(([name, value]) =>
    name.startsWith('TEMPORAL_') && name.endsWith(suffix) ? [[name.slice(0, -suffix.length), value] as const] : [],
  );
  return Object.fromEntries([...shared, ...own]);
}
