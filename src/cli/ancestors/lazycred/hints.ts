import type { HintWords } from '../../../hints.js';
import { WITHOUT_OPTIONS } from '../hints.js';

/** LazyCred's command line has two operations and no option; what is meant stands in its file or its variables. */
export const LAZYCRED_HINTS: HintWords = {
  ...WITHOUT_OPTIONS,
  'accept-format': ({ accept }) => `to read it, set accept to [${accept.join(', ')}] in .lazycred`,
  'more-time': () => 'try again, or allow more time: timeout in .lazycred, beside s3_path',
  'check-location': () => 'check s3_path and region in .lazycred, or LAZYCRED_S3_PATH and AWS_DEFAULT_REGION',
  'check-bucket': () => 'check s3_path in .lazycred, or LAZYCRED_S3_PATH; lazy setup makes what is missing',
  'check-key': ({ setUpMakesIt }) =>
    `check key_alias and region in .lazycred, or LAZYCRED_KEY_ALIAS and AWS_DEFAULT_REGION${setUpMakesIt ? '; lazy setup makes what is missing' : ''}`,
  'read-bytes': () => 'lazycred get writes the bytes as they are',
};
