// Jest runs what tsc compiled (`npm test` builds first), so the files tested are the files shipped.
// TEST_DIST: another compiled tree inside the repository (not under node_modules, where Jest won't look),
// for working on one part: tsc --outDir .try/dist && TEST_DIST=.try/dist npx jest …
const tree = process.env.TEST_DIST ?? 'dist';
const dist = `<rootDir>/${tree}`;

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
  // `npm test` counts the lines of the library. The command's run in processes of their own, out of sight.
  coverageProvider: 'v8',
  collectCoverageFrom: [`${tree}/src/**/*.js`, `!${tree}/src/cli/**`],
  coverageReporters: ['text-summary', 'json-summary'],
  coverageDirectory: `${dist}/coverage`,
  globalSetup: `${dist}/test/emulators/global-setup.js`,
  globalTeardown: `${dist}/test/emulators/global-teardown.js`,
};
