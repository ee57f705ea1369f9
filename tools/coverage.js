/** Fails where the tests reached fewer of the library's lines than the floor, in percent, that it is given. */
import { readFileSync } from 'node:fs';

const floor = Number(process.argv[2]);
/** @type {{ total: { lines: { pct: number } } }} */
const { total } = JSON.parse(readFileSync('dist/coverage/coverage-summary.json', 'utf8'));
console.log(`${total.lines.pct} % of the library's lines were run, the floor is ${floor} %`);
process.exitCode = total.lines.pct >= floor ? 0 : 1;
