// Node itself, as a CommonJS module.
