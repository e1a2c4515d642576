// Seeds of the property tests: CI runs the same ones every time, so that a red run is about the change; elsewhere they are new each time.
// A failure prints its seed; `SEED=123 npm test` plays it again.
import { configureGlobal, readConfigureGlobal } from 'fast-check';

const CI_SEED = 20_261_124;
const given = process.env['SEED'] ?? (process.env['CI'] === undefined ? undefined : String(CI_SEED));

if (given !== undefined) configureGlobal({ ...readConfigureGlobal(), seed: Number(given) });
