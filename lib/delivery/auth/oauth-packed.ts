// The OAuth credentials that are handed to another process, as JSON.

export interface PackedOAuth {
  /** Its text, and for how many milliseconds it remains valid. */
  token?: { text: string; life: number } | undefined
  server?: PackedTokenServer | undefined
}

/** The private key included. */
export interface PackedTokenServer {
  authServer: string
  clientId: string
  clientKey: string
  keyId: string
  scope: string
}
