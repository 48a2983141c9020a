// Node and a require of selfsame.

require('../../dist/index.cjs')
