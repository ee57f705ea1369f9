import { credstashHelp } from '../../../src/cli/ancestors/credstash/help.js';
import type { Difference } from './frozen.js';

/**
 * Where `lazy credstash` does something else than CredStash 1.17.1: on the frozen command lines and,
 * where no steps are given, on others, which have tests of their own.
 */
export const CREDSTASH_DIFFERENCES: readonly Difference[] = [
  { steps: [120, 123], exit: 1, guide: '`getall` hangs for ever when one credential does not open' },
  { steps: [4], exit: 1, guide: '`delete` of a name that is not there does nothing, and exits with 0' },
  { steps: [167, 174], exit: 1, guide: "`putall` exits with 0 when a credential can't be stored" },
  { steps: [140], stdout: 'a\r\nb\rc\n', guide: '`@FILE` turns CRLF and CR into LF' },
  {
    steps: [53],
    exit: 1,
    stdout: '',
    guide:
      '`put -a` after an unpadded version (releases up to 1.12) stores one below it, which `get` never shows, and fails for ever after',
  },
  {
    steps: [54],
    stdout: [
      'legacy -- version 1 -- comment \n',
      'legacy -- version 10 -- comment \n',
      'legacy -- version 2 -- comment \n',
      'legacy -- version 9 -- comment \n',
    ].join(''),
    guide:
      '`put -a` after an unpadded version (releases up to 1.12) stores one below it, which `get` never shows, and fails for ever after',
  },
  {
    steps: [57],
    stdout: [
      'Deleting legacy -- version 1\n',
      'Deleting legacy -- version 10\n',
      'Deleting legacy -- version 2\n',
      'Deleting legacy -- version 9\n',
    ].join(''),
    guide:
      '`put -a` after an unpadded version (releases up to 1.12) stores one below it, which `get` never shows, and fails for ever after',
  },
  {
    steps: [39],
    exit: 1,
    stdout: '',
    guide: '`put -a` after a version of 20 nines stores one that sorts below it',
  },
  {
    steps: [40],
    stdout: [
      'm -- version 0000000000000000001 -- comment \n',
      'm -- version 0000000000000000010 -- comment \n',
      'm -- version 0000000000000000011 -- comment \n',
      'm -- version 99999999999999999999 -- comment \n',
      'n -- version 0000000000000000005 -- comment \n',
      'n -- version 0000000000000000006 -- comment \n',
      'n -- version 00000000000000rel-1 -- comment \n',
    ].join(''),
    guide: '`put -a` after a version of 20 nines stores one that sorts below it',
  },
  {
    steps: [47],
    stdout: [
      'm   -- version 0000000000000000001 -- comment \n',
      'm   -- version 0000000000000000010 -- comment \n',
      'm   -- version 0000000000000000011 -- comment \n',
      'm   -- version 99999999999999999999 -- comment \n',
      'n   -- version 0000000000000000005 -- comment \n',
      'n   -- version 0000000000000000006 -- comment \n',
      'n   -- version 00000000000000rel-1 -- comment \n',
      'neg -- version 00000000000000000-3 -- comment \n',
      'z   -- version 0000000000000000000 -- comment \n',
      'z   -- version 0000000000000000001 -- comment \n',
    ].join(''),
    guide: '`put -a` after a version of 20 nines stores one that sorts below it',
  },
  { steps: [50], exit: 0, stdout: 'value 1\n', guide: "`get -v 2` doesn't find an unpadded version" },
  { steps: [51], exit: 0, stdout: 'value 2\n', guide: "`get -v 2` doesn't find an unpadded version" },
  { steps: [52], exit: 0, stdout: 'value 10\n', guide: "`get -v 2` doesn't find an unpadded version" },
  { steps: [30], exit: 0, stdout: 'c\n', guide: '`get -v rel-1` fails for what `put -v rel-1` has stored' },
  { steps: [153], stdout: credstashHelp(), guide: "help in argparse's words" },
  { steps: [], guide: "errors in AWS's and Python's words" },
  { steps: [], guide: 'logs to `credstash.log` in the current folder' },
  { steps: [], guide: 'takes `-r`, `-t`, `-p` and the like before the action alone (release 1.0: anywhere)' },
  { steps: [], guide: 'has had no `put -i FILE` since release 1.0' },
  { steps: [], guide: '`put NAME -- --` stores an empty value' },
  { steps: [], guide: '`put -P`, answered with nothing, stores an empty value' },
  { steps: [], guide: '`get` fails for a value that is not UTF-8 (releases on Python 2)' },
  { steps: [], guide: '`-f yaml` leaves `1e3` without quotes, which YAML 1.2 takes for a number' },
  { steps: [], guide: '`-f csv` leaves a carriage return without quotes (before Python 3.13)' },
  { steps: [], guide: '`-f csv` and `-f dotenv` are in no order' },
  { steps: [], guide: "`-f dotenv` with `'` in a value is misread, without a word" },
  { steps: [], guide: 'flags, conditions, atomic groups and possessive quantifiers in wildcards' },
  { steps: [], guide: '`list` sends control characters to the terminal' },
  { steps: [], guide: '`setup` makes a table of 1 read and 1 write unit' },
];
