import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fieldOf } from '../../src/references/field.js';
import { Secret } from '../../src/index.js';
import { parseName } from '../../src/record/names.js';
const secretOf = (text: string): Secret =>
  new Secret(
    { name: parseName('db'), version: '1', created: undefined, by: undefined, comment: undefined, tags: {} },
    Buffer.from(text),
  );

describe('fieldOf', () => {
  test.each([
    ['text as it is', '{"a":"x\\n\\u00e4"}', 'a', 'x\nä'],
    ['text of JSON with a byte order mark', '\ufeff{"a":"x"}', 'a', 'x'],
    ['an empty text', '{"a":""}', 'a', ''],
    ['a number with all its digits', '{"a":12345678901234567890.10}', 'a', '12345678901234567890.10'],
    ['a word', '{"a":null}', 'a', 'null'],
    ['an object as it stands there', '{"a": {"b": [1, "}"]} }', 'a', '{"b": [1, "}"]}'],
    ['a member of a member', '{"a":{"b":{"c":"x"}}}', 'a.b.c', 'x'],
    ['an element', '{"a":[1,{"b":"x"}]}', 'a.1.b', 'x'],
    ['an element of the whole', '["x","y"]', '1', 'y'],
    ['the member of that very name first', '{"a":{"b":"inner"},"a.b":"own"}', 'a.b', 'own'],
    ['the last of two, as JSON.parse does', '{"a":"1","a":"2"}', 'a', '2'],
    ['a name with escapes', '{"\\u0061\\"":"x"}', 'a"', 'x'],
    ['a name that objects inherit', '{"__proto__":"x"}', '__proto__', 'x'],
  ])('gives %s', (_, text, field, value) => {
    expect(fieldOf(secretOf(text), field)).toBe(value);
  });

  test.each([
    ['{"a":1}', 'b', 'ERR_NOT_FOUND', 'there is no field "b"'],
    ['{"a":1}', 'toString', 'ERR_NOT_FOUND', 'there is no field "toString"'],
    ['{"a":"text"}', 'a.length', 'ERR_NOT_FOUND', 'there is no field "a.length"'],
    ['{}', '', 'ERR_NOT_FOUND', 'there is no field ""'],
    ['[]', '0', 'ERR_NOT_FOUND', 'there is no field "0"'],
    ['"text"', 'length', 'ERR_USAGE', 'the value is JSON, but not an object'],
    ['user=me', 'user', 'ERR_USAGE', 'the value of "db" is not JSON'],
  ])('%s has no %s', (text, field, code, message) => {
    expect(() => fieldOf(secretOf(text), field)).toThrow(expect.objectContaining({ code, message }));
  });

  test('finds in any JSON what JSON.parse finds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 1, 3), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        for (const [name, member] of Object.entries(JSON.parse(text) as Record<string, unknown>)) {
          const found = fieldOf(secretOf(text), name);
          expect(typeof member === 'string' ? found : JSON.parse(found)).toEqual(member);
        }
      }),
    );
  });
});
