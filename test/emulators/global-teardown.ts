import { runTeardown } from './teardown-list.js';

/** Jest's global tear-down. */
export default async function teardown(): Promise<void> {
  await runTeardown();
}
