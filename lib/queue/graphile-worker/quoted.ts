// Names in statements.

/** A quoted name. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
