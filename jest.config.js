// Jest runs what tsc compiled (`npm test` builds first), so the files tested are the files shipped.
// TEST_DIST: another compiled tree inside the repository (not under node_modules, where Jest won't look),
// for working on one part: tsc --outDir .try/dist && TEST_DIST=.try/dist npx jest …
const dist = `<rootDir>/${process.env.TEST_DIST ?? 'dist'}`;

/** @type {import('jest').Config} */
export default {
  roots: [dist],
  testMatch: [`${dist}/test/**/*.test.js`],
  transform: {},
  injectGlobals: false,
  maxWorkers: 2,
  // The first request of a test may find two servers and two compilers of regular expressions at work.
  testTimeout: 60_000,
  // Whatever a test prints or leaves is searched for the secrets that it used.
  setupFilesAfterEnv: [`${dist}/test/support/printed.js`],
  reporters: ['default', `${dist}/test/support/leftovers.js`],
  globalSetup: `${dist}/test/emulators/global-setup.js`,
  globalTeardown: `${dist}/test/emulators/global-teardown.js`,
};
