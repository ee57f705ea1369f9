import type { Topic } from './topic.js';

export const references: Topic = {
  summary: 'what lazy://NAME means, and where it counts',
  blocks: [
    `A reference names a secret of the configured store, in a file or variable that holds no secret itself. There is
no store and no key in it.`,
    [
      ['lazy://NAME', 'the newest value of a secret'],
      ['lazy://NAME?v=N', 'one version of it'],
      ['lazy://NAME#FIELD', 'one member of a value that is a JSON object; a.b is a member of a member'],
      ['lazy://NAME?v=N#FIELD', 'both'],
    ],
    `NAME and FIELD are percent-encoded: a space is %20, "#" is %23, "?" is %3F, "%" is %25. "/" stands as it is.`,
    `In "lazy exec --env VAR=SECRET" and "--file VAR=SECRET", SECRET is a reference, or NAME or NAME#FIELD as they
are. In a file of "--dotenv" each value may be a reference.`,
    `In the environment a reference counts only as the whole value of a variable that --resolve, or "resolve" in the
configuration, names (globs such as DB_*): who can set a variable from outside must not choose a secret by it. What
a secret holds is never looked into for further references.`,
    [
      ['lazy exec -e PGPASSWORD=prod/db#password -- psql', 'a field of a secret in a variable'],
      ["DB=lazy://prod/db lazy exec --resolve 'DB*' -- env", 'a reference in the environment'],
    ],
  ],
};
