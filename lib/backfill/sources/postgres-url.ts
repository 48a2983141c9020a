// The URL of a database. It may have a password, so that nothing here shows any of it.

/** As a URL; undefined if it is none. libpq allows it to have a user and no host, which URLs do not. */
export function databaseUrl(text: string): URL | undefined {
  const url = text.replace(/^(postgres(?:ql)?:\/\/[^/@]*)@(?=\/)/, '$1@localhost')
  return /^postgres(ql)?:\/\//.test(url) && URL.canParse(url) ? new URL(url) : undefined
}

export function hasPassword(url: URL): boolean {
  return url.password !== '' || url.searchParams.has('password')
}

/** Which database it is, for any user. */
export function databaseOf({ hostname, port, pathname, searchParams }: URL): unknown[] {
  return [hostname, port, pathname, searchParams.get('host')]
}
