// Parses the URL of a database. It may contain a password, so nothing here shows it.

/** As a URL; undefined if it is not one. libpq allows a user without a host, which URLs do not. */
export function databaseUrl(text: string): URL | undefined {
  const url = text.replace(/^(postgres(?:ql)?:\/\/[^/@]*)@(?=\/)/, '$1@localhost')
  return /^postgres(ql)?:\/\//.test(url) && URL.canParse(url) ? new URL(url) : undefined
}

export function hasPassword(url: URL): boolean {
  return url.password !== '' || url.searchParams.has('password')
}

/** Identifies the database, for any user. */
export function databaseOf({ hostname, port, pathname, searchParams }: URL): unknown[] {
  return [hostname, port, pathname, searchParams.get('host')]
}
