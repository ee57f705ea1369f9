import fc from 'fast-check';

// What some format gives a meaning to, or some reader takes off.
const NASTY = [
  ...`'"\`\\$%{}()#=:;,!~&*@|<>?[]- \t\n\r\f\v\0`,
  ...'\u001b\u007f\u0085\u009b\u00a0\u00ad\u2028\u2029\u3000\ufeff\ufffe\uffff',
  ...'aé\u0301n1ur0_N',
  '😀',
  '${',
  '$${',
  '%{',
  '\\n',
  '\\\r',
  '\\u0041',
  '\\\\',
  "\\'",
  '\r\n',
  ' #',
  'export A=1\n',
  '=',
  '{{',
  '<<EOF\n',
  'EOF\n',
  '---\n',
];

/** Text that is hard to quote, some of it of any characters at all. */
export const nastyText = fc.oneof(
  fc.array(fc.constantFrom(...NASTY), { maxLength: 6 }).map((parts) => parts.join('')),
  fc.array(fc.constantFrom(...NASTY), { maxLength: 30 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ maxLength: 40 }),
  fc.json(),
  fc.constantFrom('', 'true', 'null', '~', '0x1F', '1e3', '2024-01-01', 'yes', '-', '=', "''", '""', '<<'),
  fc
    .base64String({ minLength: 60, maxLength: 80 })
    .map((s) => `-----BEGIN KEY-----\n${s}\n-----END KEY-----\n`),
);

/** Names as the ancestors could have stored them. */
export const nastyName = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc.array(fc.constantFrom(...NASTY), { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
  fc.stringMatching(/^[A-Za-z_][\w.-]{0,10}$/u),
  fc.stringMatching(/^[A-Za-z_]\w{1,10}$/u),
  fc.constantFrom('__proto__', 'constructor', 'export', '1', '10', 'null', '<<', '#', 'a b', 'a=b', 'a:b'),
);
