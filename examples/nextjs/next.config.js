export default {
  // Loaded from node_modules as it is: a copy within a bundle has no last delivery of its own.
  serverExternalPackages: ['selfsame'],
  // `.next/standalone` can be deployed without node_modules.
  output: process.env.STANDALONE ? 'standalone' : undefined,
  // With --webpack, Next.js leaves out files of these three that axios requires in Node 20.19 and later.
  outputFileTracingIncludes: {
    '/*': ['node_modules/{async-function,async-generator-function,generator-function}/*'],
  },
}
