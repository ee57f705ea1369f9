import { jsonString } from './json.js';
import { badKey, type Writer } from '../writer.js';

/** YAML 1.2.2 section 7.4.2: an implicit key is at most 1,024 characters; PyYAML holds to it. */
export const LONGEST_KEY = 1024;

/** One `"key": "value"` a line: JSON's strings, which YAML 1.1 and 1.2 read alike, and never as a number or a word. */
export const yamlWriter: Writer = {
  refuse: ({ key }) => (jsonString(key).length > LONGEST_KEY ? badKey('is too long for YAML') : undefined),
  write: (pairs) =>
    pairs.length === 0
      ? '{}\n'
      : pairs.map(({ key, text }) => `${jsonString(key)}: ${jsonString(text)}\n`).join(''),
};
