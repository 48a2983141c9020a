// Node itself, as an ES module.
