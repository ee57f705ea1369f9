import { expect, test } from '@jest/globals';
import { withoutAddedBreak } from '../../../src/cli/edit/edited-text.js';

test.each([
  ['hunter2', 'hunter3\n', 'hunter3', true],
  ['hunter2', 'hunter2\r\n', 'hunter2', true],
  ['', 'new\n', 'new', true],
  ['', '\n', '', true],
  ['a\nb', 'a\nc\n', 'a\nc', true],
  ['a\r\nb', 'a\r\nc\r\n', 'a\r\nc', true],
  // More than one was typed, and so meant.
  ['hunter2', 'hunter2\n\n', 'hunter2\n\n', false],
  ['hunter2\n', 'hunter3\n', 'hunter3\n', false],
  ['hunter2\n', 'hunter3', 'hunter3', false],
  ['hunter2\r\n', 'hunter3\n', 'hunter3\n', false],
  ['hunter2', 'hunter3', 'hunter3', false],
])('%j edited to %j is %j', (before, after, text, lostBreak) => {
  const edited = withoutAddedBreak(Buffer.from(before), Buffer.from(after));
  expect({ ...edited, text: Buffer.from(edited.text).toString() }).toEqual({ text, lostBreak });
});
