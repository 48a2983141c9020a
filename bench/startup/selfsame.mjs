// Node and an import of selfsame.

import '../../dist/index.js'
