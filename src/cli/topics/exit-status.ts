import type { Topic } from './topic.js';

export const exitStatus: Topic = {
  summary: 'what each exit status means',
  blocks: [
    'A script goes by the status, a program also by the code in what stderr says where that is JSON.',
    [
      ['0', 'done'],
      ['1', 'a bug in lazy; LAZYCRED_DEBUG=1 shows where'],
      ['2  ERR_USAGE', 'a bad option, name or version; a value that is too large'],
      ['3  ERR_CONFIG', 'missing, invalid or unreadable settings'],
      ['4  ERR_NOT_FOUND', 'no such secret, version or field; nothing that matches'],
      ['5  ERR_CONFLICT', '--if-version or --if-absent does not hold; the outcome can’t be known'],
      ['6  ERR_ACCESS', 'no credentials, access denied, a key that may not be used'],
      ['7  ERR_INTEGRITY', 'damaged, tampered with, moved, another context'],
      ['8  ERR_UNSUPPORTED', 'a newer format, or one that is not accepted'],
      ['9  ERR_UNAVAILABLE', 'the network, a service, the disk; the time is up'],
      ['130', 'interrupted by Ctrl-C (SIGINT)'],
      ['143', 'ended by SIGTERM'],
      ['141', 'whoever read stdout stopped reading, as head does'],
    ],
    `"lazy exec" exits with the status of its program: 127 where that isn’t found, 126 where it may not run, 128 + n
where signal n ended it. lazy’s own failures are 2 to 9 there, too, or what --fail-status names.`,
  ],
};
