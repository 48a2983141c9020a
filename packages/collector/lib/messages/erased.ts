// What is left of a value of somebody who was erased, in the messages of others.

/** Stands in the place of the value. It identifies nobody: else all who were erased would become one. */
export const ERASED = '[erased]'
