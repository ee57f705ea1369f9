// Readers of formats whose own are no library for this platform, written from their documented grammar.

/**
 * What a runner makes of `$GITHUB_ENV`: "Workflow commands for GitHub Actions", "Multiline strings":
 * `{name}<<{delimiter}`, the value, the delimiter on a line by itself; or `{name}={value}`.
 *
 * @param crlf as on Windows, where CR LF ends a line as LF does
 */
export function readGithubEnv(text: string, crlf: boolean): Map<string, string> {
  const lines = splitLines(text, crlf);
  const read = new Map<string, string>();
  for (let i = 0; i < lines.length; i++) {
    const head = lines[i]?.text ?? '';
    if (head === '') continue;
    const [equals, heredoc] = [head.indexOf('='), head.indexOf('<<')];
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      read.set(head.slice(0, equals), head.slice(equals + 1));
      continue;
    }
    if (heredoc < 1 || heredoc + 2 === head.length) throw new Error('a line without name or delimiter');
    const delimiter = head.slice(heredoc + 2);
    const last = lines.findIndex((l, at) => at > i && l.text === delimiter);
    if (last < 0) throw new Error('no delimiter');
    const parts = lines.slice(i + 1, last);
    const value = parts.map((l, at) => (at === parts.length - 1 ? l.text : l.text + l.end)).join('');
    read.set(head.slice(0, heredoc), value);
    i = last;
  }
  return read;
}

function splitLines(text: string, crlf: boolean): { text: string; end: string }[] {
  const ends = crlf ? /\r\n|\n/gu : /\n/gu;
  const lines: { text: string; end: string }[] = [];
  let at = 0;
  for (const match of text.matchAll(ends)) {
    lines.push({ text: text.slice(at, match.index), end: match[0] });
    at = match.index + match[0].length;
  }
  if (at < text.length) lines.push({ text: text.slice(at), end: '' });
  return lines;
}

/**
 * What `docker run --env-file` makes of a file: lines of at most 64 KiB, one CR at their end and
 * blanks at their beginning taken off, `#` for a comment, everything after the first `=` the value.
 *
 * @param unquotes as versions do that take a pair of quotes off the value
 */
export function readDockerEnv(text: string, unquotes: boolean): Map<string, string> {
  const read = new Map<string, string>();
  for (const whole of text.split('\n')) {
    if (Buffer.byteLength(whole) >= 65_536) throw new Error('token too long');
    const line = whole.replace(/\r$/u, '').replace(/^\s+/u, '');
    if (line === '' || line.startsWith('#')) continue;
    const at = line.indexOf('=');
    const key = line.slice(0, at);
    if (at < 1 || /[ \t]/u.test(key)) throw new Error('a bad key');
    const value = line.slice(at + 1);
    read.set(key, unquotes ? value.replace(/^(['"])(.*)\1$/su, '$2') : value);
  }
  return read;
}

const HCL_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/**
 * `name = "template"` a line, by HCL's native syntax specification ("Template Expressions": quoted
 * templates, `$${` and `%%{`, the escapes and no other) and Terraform's NFC.
 */
export function readTfvars(text: string): Map<string, string> {
  const read = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, name, inner] = /^([\p{ID_Start}_][\p{ID_Continue}-]*) = "(.*)"$/u.exec(line) ?? [];
    if (name === undefined || inner === undefined) throw new Error('not an attribute');
    read.set(name, readTemplate(inner).normalize('NFC'));
  }
  return read;
}

function readTemplate(inner: string): string {
  const piece = /\$\$\{|%%\{|\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\\([nrt"\\])|([^\\"\p{Cc}])/uy;
  let value = '';
  while (piece.lastIndex < inner.length) {
    const match = piece.exec(inner);
    if (match === null) throw new Error('not a quoted template');
    const [all, short, long, named, plain] = match;
    if (plain !== undefined) {
      if (/^[$%]\{/u.test(inner.slice(match.index, match.index + 2))) throw new Error('a template sequence');
      value += plain;
    } else if (named !== undefined) value += HCL_ESCAPES[named] ?? '';
    else if (short !== undefined || long !== undefined) {
      value += String.fromCodePoint(Number.parseInt(short ?? long ?? '', 16));
    } else value += all.slice(1);
  }
  return value;
}
