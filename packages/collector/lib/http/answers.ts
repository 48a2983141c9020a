// The bodies of answers.

export const SUCCESS = '{"success":true}'

export function failure(message: string, code?: string): string {
  return JSON.stringify({ success: false, code, message })
}
