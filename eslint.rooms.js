// The rooms of lib/ and what may import what. eslint.config.js and test/house hold the code to it.

/** From the top: a file may import files of its own room and of the rooms below, types included. */
export const rooms = [
  'testing',
  'cli',
  'backfill',
  'queue',
  'web',
  'client',
  'failures',
  'exit',
  'delivery',
  'outbox',
  'message',
  'plan',
  'browser-ids',
  'spec',
  'runtime',
]

/** What another package may import of lib/. */
export const shared = ['plan', 'spec', 'runtime']

const rule = '@typescript-eslint/no-restricted-imports'
const depths = [1, 2, 3]

function restricted(regex, message) {
  return { [rule]: ['error', { patterns: [{ regex, message }] }] }
}

/** The arrows as configurations of ESLint. */
export const roomConfigs = [
  ...rooms.flatMap((room, place) =>
    depths.map((depth) => {
      const root = '\\.\\./'.repeat(depth)
      const above = [...rooms.slice(0, place).map((name) => `${name}/`), 'index\\.js$', '\\.\\./']
      return {
        files: [`lib/${room}/${'*/'.repeat(depth - 1)}*.ts`],
        rules: restricted(
          `^${root}(${above.join('|')})`,
          `${room}/ imports only rooms below it (eslint.rooms.js).`,
        ),
      }
    }),
  ),
  {
    files: ['packages/*/lib/**/*.ts', 'packages/*/lib/**/*.tsx'],
    rules: restricted(
      `^(\\.\\./)+lib/(?!${shared.join('/|')}/)`,
      `A package imports only ${shared.join('/ and ')}/ of lib/ (eslint.rooms.js).`,
    ),
  },
  {
    files: [
      'packages/collector/lib/inspector/**/*.ts',
      'packages/collector/lib/inspector/**/*.tsx',
    ],
    rules: {
      [rule]: [
        'error',
        {
          patterns: [
            {
              regex: '^(?!\\.{1,2}/|preact)',
              message: 'The page runs in browsers: it imports preact alone.',
            },
            {
              regex: '^(\\.\\./)+(lib/(?!spec/filter/)|http/|store/|intake/|reception/|cli/)',
              message: 'Of lib/ the page imports the filter language (eslint.rooms.js).',
            },
            {
              regex: '^(\\.\\./){2,}(api|cells|profiles|messages|faults)/',
              allowTypeImports: true,
              message: 'Of the collector the page imports types (eslint.rooms.js).',
            },
          ],
        },
      ],
    },
  },
]
