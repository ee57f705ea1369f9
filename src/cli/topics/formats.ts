import type { Topic } from './topic.js';

export const formats: Topic = {
  summary: 'what export writes and import reads',
  blocks: [
    `"lazy export --format FORMAT" and "lazy get --format FORMAT" write many secrets at once, all or an error that names
each failure. What a format can't hold so that its readers get it back is refused, never changed.`,
    [
      ['json', 'one object; the default'],
      ['yaml', 'one map, every value in quotes'],
      ['dotenv', "KEY='value', for what dotenv’s libraries read alike"],
      ['shell', "export KEY='value', for eval or a file that a shell sources"],
      ['github-env', 'for "$GITHUB_ENV" of GitHub Actions'],
      ['docker-env', 'for docker run --env-file: no line breaks in values'],
      ['csv', 'two columns with a heading'],
      ['tsv', 'the same with tabs: no tabs and line breaks in values'],
      ['java-properties', 'as java.util.Properties reads it'],
      ['tfvars', 'variables of Terraform'],
    ],
    `json and yaml keep names. In the others a name becomes a key: without the prefix, in capitals, with _ for all but
letters and digits, so that prod/db-user under prod/ is DB_USER. Two names with one key are an error; --raw-names
keeps names everywhere.`,
    `"export --full" (json, yaml) carries comments, tags, authors and values of any bytes, "--all-versions" the
history.`,
    `"lazy import FILE" reads json, yaml, dotenv, csv, tsv, java-properties and toml by the name of the file, or as
--format says, Secret manifests of Kubernetes, and what "export --full" wrote.`,
  ],
};
