import type { Topic } from './topic.js';

export const configuration: Topic = {
  summary: 'which settings there are, and which of two counts',
  blocks: [
    `Two settings are needed: a store, where secrets are kept, and a key, which seals them. Without a store, secrets
are kept in local files below the home folder, but not where CI or NODE_ENV=production is set.`,
    `Each setting by itself comes from the first of these that gives it: the options of the command line, the config
file, the environment. "lazy config" shows what is in force, and where each value is from.`,
    `The config file is the first that is found, in the current folder, in each above it up to /, then in the home
folder. "--config FILE" or LAZYCRED_CONFIG names one instead; "none" is no file.`,
    [
      ['.lazycredrc', 'YAML or JSON'],
      ['.lazycredrc.json', 'JSON'],
      ['.lazycredrc.yaml', 'YAML; also .lazycredrc.yml'],
      ['.lazycred', 'LazyCred’s own, in JSON'],
      ['package.json', 'its member "lazycred"'],
    ],
    'Last comes config.yaml in ~/.config/lazycred, or where the system has such files. Stores and keys are:',
    [
      ['s3://BUCKET/PREFIX/', 'objects in S3'],
      ['dynamodb://TABLE', 'rows in DynamoDB'],
      ['file:DIR', 'files in a folder; ./DIR is the same'],
      ['kms:alias/NAME', 'a key of AWS KMS; also kms:ARN, kms:ID'],
      ['local:', 'a key file in the user’s data folder; local:FILE is another'],
      ['passphrase:', 'a passphrase; LAZYCRED_PASSPHRASE, or asked for on the terminal'],
    ],
    `A file that the search finds in a project may not choose endpoints, a role or the key of S3 until "lazy trust
FILE" says so: a server that somebody else chose sees what is sent to it.`,
    [
      ['lazy config', 'what is in force'],
      ['lazy config --json', 'the same for programs'],
      ['lazy get db --config none -s file:./secrets', 'options alone'],
    ],
  ],
};
