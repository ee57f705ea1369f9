import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer, type Server } from './child.js';
import { emulatorFile } from './root.js';

/** How to run moto on this machine, found once by the global set-up. */
export interface MotoInstallation {
  readonly python: string;
  readonly packages: string;
}

/**
 * A moto of one's own: S3, DynamoDB, KMS, STS and IAM on one port.
 *
 * @param o.iam checks resources and conditions of IAM policies, see `moto_iam.py`
 */
export async function launchMoto(at: MotoInstallation, o: { readonly iam?: boolean } = {}): Promise<Server> {
  const args = [emulatorFile('moto_launch.py'), ...(o.iam === true ? ['--iam'] : [])];
  return startServer(at.python, args, {
    ...process.env,
    PYTHONPATH: at.packages,
    // moto's own boto3 must not find a profile or a proxy.
    PYTHONNOUSERSITE: '1',
    AWS_CONFIG_FILE: '/dev/null',
  });
}

/** A dynalite of one's own: a second opinion on DynamoDB. */
export async function launchDynalite(): Promise<Server> {
  const script = join(fileURLToPath(new URL('.', import.meta.url)), 'dynalite.js');
  return startServer(process.execPath, [script], process.env);
}
