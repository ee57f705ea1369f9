import { askMfaCode } from '../../io/mfa-code.js';
import { writeError, writeOut } from '../../io/streams.js';
import { withTable, type CredstashRun } from './open.js';
import { saveKmsRegion } from './saved.js';

/** `setup`: makes the table, but no key, which the original leaves to its user, too. */
export async function setup(run: CredstashRun): Promise<void> {
  const { args, around } = run;
  const region = args.text('save-kms-region') ?? '';
  if (region !== '') {
    await saveKmsRegion(region, around);
    await writeOut(`KMS region set to ${region}\n`);
  }
  const { setUp } = await import('../../../setup.js');
  // The table is opened for its settings alone: opening it has found the region.
  const opened = await withTable(run, ({ config, store }) => Promise.resolve({ config, store }));
  const { settings } = opened.config;
  const config = { ...opened.config, settings: { ...settings, keys: [] } };
  const { signal } = around;
  const mfaCode = (serial: string): Promise<string> => askMfaCode(serial, signal);
  const { steps } = await setUp(config, { dryRun: true, signal, mfaCode });
  if (steps.every((step) => step.action === 'none')) {
    await writeOut('Credential Store table already exists\n');
    return;
  }
  await writeOut('Creating table...\nWaiting for table to be created...\n');
  await setUp(config, { signal, mfaCode, tags: { Name: 'credstash', ...args.pairs('tags') } });
  await writeOut(
    'Adding tags...\nTable has been created. Go read the README about how to create your KMS key\n',
  );
  // The command names table and region in full, since lazy's own settings name neither.
  const regions = [
    ...(settings.region === undefined ? [] : [` --region ${settings.region}`]),
    ...(settings.kmsRegion === undefined ? [] : [` --kms-region ${settings.kmsRegion}`]),
  ];
  writeError(
    `note: lazy setup -s ${opened.store.location} --key kms:alias/credstash${regions.join('')} makes the key, too\n`,
  );
}
