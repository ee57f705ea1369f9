import { configuration } from './configuration.js';
import { environment } from './environment.js';
import { exitStatus } from './exit-status.js';
import { formats } from './formats.js';
import { references } from './references.js';
import type { Topic } from './topic.js';

/** The topics of `lazy help`, by name; a name that is also a command's would never be found. */
export const TOPICS: ReadonlyMap<string, Topic> = new Map([
  ['configuration', configuration],
  ['environment', environment],
  ['exit-status', exitStatus],
  ['formats', formats],
  ['references', references],
]);
