import type { Topic } from './topic.js';

export const environment: Topic = {
  summary: 'which variables are read',
  blocks: [
    `Each setting of the config file has a variable: LAZYCRED_ and its name in capitals, LAZYCRED_KMS_REGION for
kmsRegion. An option or the config file comes before it. An empty variable counts as unset. The most used, and
those that are no settings:`,
    [
      ['LAZYCRED_STORE', 'where secrets are kept'],
      ['LAZYCRED_KEY', 'what seals them; several with commas between'],
      ['LAZYCRED_REGION', 'AWS region; else AWS_REGION, AWS_DEFAULT_REGION'],
      ['LAZYCRED_PROFILE', 'profile in AWS’s files; else AWS_PROFILE'],
      ['LAZYCRED_ROLE', 'ARN of a role to assume'],
      ['LAZYCRED_ENDPOINT', 'URL of another server than AWS’s'],
      ['LAZYCRED_TIMEOUT', 'time for the answers of store and key: 500ms, 30s, 2m'],
      ['LAZYCRED_CONFIG', 'the config file, instead of searching; "none" for no file'],
      ['LAZYCRED_TRUST', '1: the config file that is found may choose endpoints and roles'],
      ['LAZYCRED_PASSPHRASE', 'the passphrase of a key "passphrase:"; never handed on by exec'],
      ['LAZYCRED_BY', 'who writes, instead of user@host'],
      ['LAZYCRED_NO_CACHE', '1: keep neither compiled code nor names'],
      ['LAZYCRED_DEBUG', '1: show where a bug in lazy is'],
    ],
    'Of other tools’ variables these count:',
    [
      ['AWS_…', 'credentials, profiles, endpoints, retries and CA bundle, as AWS’s own tools read them'],
      ['HTTPS_PROXY, NO_PROXY', 'proxies; also HTTP_PROXY and ALL_PROXY'],
      ['NO_COLOR', 'no dimmed headings'],
      ['CI, NODE_ENV', 'where CI is set or NODE_ENV is production, no local store is assumed'],
      ['XDG_CONFIG_HOME', 'settings below it, in lazycred/'],
      ['XDG_DATA_HOME', 'local store and key below it'],
      ['XDG_CACHE_HOME', 'compiled code and names below it'],
      ['XDG_RUNTIME_DIR', 'files of exec --file below it'],
    ],
  ],
};
