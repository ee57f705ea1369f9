/**
 * Servers of S3's and DynamoDB's protocols, and how each is started on this machine alone.
 *
 * @typedef {object} Server
 * @property {string} name
 * @property {'s3' | 'dynamodb'} protocol
 * @property {string} command looked for on PATH; a row whose command isn't there is left out
 * @property {(at: { port: number, dir: string, key: string, secret: string }) => readonly string[]} args
 * @property {(at: { port: number, key: string, secret: string }) => Record<string, string>} [env]
 * @property {true} [isOpen] it listens on every interface, and can't be told otherwise
 * @property {readonly string[] | 'go' | 'npm' | 'pip'} version what tells it: arguments of the command, or the
 *   kind of package that the command came with
 * @property {{ key: string, secret: string }} [credentials] where the server has its own
 */

/** @type {readonly Server[]} */
export const SERVERS = [
  {
    name: 'moto',
    protocol: 's3',
    command: 'moto_server',
    args: ({ port }) => ['-H', '127.0.0.1', '-p', `${port}`],
    version: 'pip',
  },
  {
    name: 's3rver',
    protocol: 's3',
    command: 's3rver',
    args: ({ port, dir }) => ['-a', '127.0.0.1', '-p', `${port}`, '-d', dir, '--silent'],
    version: 'npm',
    credentials: { key: 'S3RVER', secret: 'S3RVER' },
  },
  {
    name: 'gofakes3',
    protocol: 's3',
    command: 'gofakes3',
    args: ({ port }) => ['-backend', 'memory', '-host', `127.0.0.1:${port}`],
    version: 'go',
  },
  {
    name: 'versitygw, on files',
    protocol: 's3',
    command: 'versitygw',
    args: ({ port, dir }) => ['--port', `127.0.0.1:${port}`, '--quiet', 'posix', dir],
    env: ({ key, secret }) => ({ ROOT_ACCESS_KEY: key, ROOT_SECRET_KEY: secret }),
    version: 'go',
  },
  {
    name: 'rclone serve s3',
    protocol: 's3',
    command: 'rclone',
    args: ({ port, dir, key, secret }) => [
      'serve',
      's3',
      '--addr',
      `127.0.0.1:${port}`,
      '--auth-key',
      `${key},${secret}`,
      dir,
    ],
    version: 'go',
  },
  {
    name: 's3s-fs',
    protocol: 's3',
    command: 's3s-fs',
    args: ({ port, dir, key, secret }) => [
      '--host',
      '127.0.0.1',
      '--port',
      `${port}`,
      '--access-key',
      key,
      '--secret-key',
      secret,
      dir,
    ],
    version: ['--version'],
  },
  {
    name: 'SeaweedFS',
    protocol: 's3',
    command: 'weed',
    args: ({ port, dir }) => [
      'server',
      '-ip=127.0.0.1',
      '-ip.bind=127.0.0.1',
      `-dir=${dir}`,
      '-s3',
      `-s3.port=${port}`,
    ],
    version: 'go',
  },
  {
    name: 'MiniStack',
    protocol: 's3',
    command: 'ministack',
    args: () => [],
    env: ({ port }) => ({ GATEWAY_PORT: `${port}` }),
    version: 'pip',
    isOpen: true,
  },
  {
    name: 'moto',
    protocol: 'dynamodb',
    command: 'moto_server',
    args: ({ port }) => ['-H', '127.0.0.1', '-p', `${port}`],
    version: 'pip',
  },
  {
    name: 'dynalite',
    protocol: 'dynamodb',
    command: 'dynalite',
    args: ({ port }) => ['--host', '127.0.0.1', '--port', `${port}`, '--createTableMs', '0'],
    version: 'npm',
  },
  {
    name: 'DynamoDB local',
    protocol: 'dynamodb',
    command: 'dynamodb-local',
    args: ({ port }) => ['-inMemory', '-disableTelemetry', '-port', `${port}`],
    version: ['-version'],
    isOpen: true,
  },
  {
    name: 'MiniStack',
    protocol: 'dynamodb',
    command: 'ministack',
    args: () => [],
    env: ({ port }) => ({ GATEWAY_PORT: `${port}` }),
    version: 'pip',
    isOpen: true,
  },
];
