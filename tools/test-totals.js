/** Prints `N passed, N failed` from Jest's own result file; a test file that could not run is a failure. */
import { readFileSync } from 'node:fs';

/** @type {{ numPassedTests: number, numFailedTests: number, numRuntimeErrorTestSuites: number }} */
const totals = JSON.parse(readFileSync(process.argv[2] ?? 'dist/test-results.json', 'utf8'));
const failed = totals.numFailedTests + totals.numRuntimeErrorTestSuites;
console.log(`${totals.numPassedTests} passed, ${failed} failed`);
process.exitCode = failed === 0 && totals.numPassedTests > 0 ? 0 : 1;
