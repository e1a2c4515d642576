// Leaves only this platform's native core and no simulators in the production tree. Plain JavaScript, no dependencies.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const arch = { x64: 'x86_64', arm64: 'aarch64' }[process.arch];
const keep = { linux: `${arch}-unknown-linux-gnu`, darwin: `${arch}-apple-darwin`, win32: `${arch}-pc-windows-msvc` }[process.platform];
const releases = join('node_modules', '@temporalio', 'core-bridge', 'releases');
const names = readdirSync(releases);
if (!names.includes(keep)) throw new Error(`no native core for ${keep} among ${names.join(', ')}`);
for (const name of names) if (name !== keep) rmSync(join(releases, name), { recursive: true });
rmSync(join('src', 'sim'), { recursive: true, force: true });
