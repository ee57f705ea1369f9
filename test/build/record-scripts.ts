/**
 * Loaded with `node --import` before the command: appends one line of JSON for each script that is compiled,
 * to the file that `RECORD_SCRIPTS` names.
 */
import { appendFileSync } from 'node:fs';
import { basename } from 'node:path';
import vm from 'node:vm';

/** One evaluated chunk, and whether V8 took cached code for it. */
export interface ScriptRecord {
  readonly chunk: string;
  readonly cached: boolean;
}

const file = process.env['RECORD_SCRIPTS'] ?? '';

if (file !== '') {
  vm.Script = class extends vm.Script {
    constructor(source: string, options: vm.ScriptOptions) {
      super(source, options);
      const record: ScriptRecord = {
        chunk: basename(options.filename ?? ''),
        cached: options.cachedData !== undefined && this.cachedDataRejected === false,
      };
      appendFileSync(file, `${JSON.stringify(record)}\n`);
    }
  };
}
