import eslint from '@eslint/js'
import tseslint from 'typescript-eslint'
import { roomConfigs } from './eslint.rooms.js'

/** ESLint has no such rule. */
const maxClassFields = {
  meta: { type: 'suggestion', schema: [{ type: 'integer' }] },
  create(context) {
    const [max] = context.options
    return {
      ClassBody(node) {
        const fields = node.body.filter(({ type }) =>
          /^(PropertyDefinition|AccessorProperty)$/.test(type),
        )
        if (fields.length > max)
          context.report({
            node,
            message: `The class has ${fields.length} fields; allowed: ${max}.`,
          })
      },
    }
  },
}

export default tseslint.config(
  { ignores: ['**/dist/', 'node_modules/', '**/node_modules/', 'test/package/fixtures/'] },
  eslint.configs.recommended,
  {
    files: ['lib/**/*.ts', 'test/**/*.ts', 'packages/**/*.ts', 'packages/**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      // A message is what its caller passed: an interface with an index signature would lose the field's docs.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // () => this.#told(batch): what is handed on is its doing, not its value.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['lib/**/*.ts', 'packages/*/lib/**/*.ts', 'packages/*/lib/**/*.tsx'],
    plugins: { house: { rules: { 'max-class-fields': maxClassFields } } },
    rules: {
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', 60],
      'max-params': ['error', 4],
      'house/max-class-fields': ['error', 18],
    },
  },
  ...roomConfigs,
  {
    files: ['test/**/*.ts', 'packages/*/test/**/*.ts'],
    rules: {
      // chai's assertions are property reads, and tests pass what the types forbid on purpose.
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-deprecated': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-misused-promises': 'off',
      '@typescript-eslint/no-misused-spread': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setImmediate: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        performance: 'readonly',
        fetch: 'readonly',
        URLSearchParams: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        globalThis: 'readonly',
      },
    },
  },
  {
    files: ['examples/nextjs/**/*.js'],
    languageOptions: {
      parserOptions: { ecmaFeatures: { jsx: true } },
      globals: { Headers: 'readonly', Response: 'readonly' },
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs' },
  },
)
