// Opens an address in the browser of the user, by the program that each system has for it.
import { spawn } from 'node:child_process'

/** @returns whether there is such a program; what becomes of it then is not our business */
export function openBrowser(url: string): Promise<boolean> {
  const [program, ...args] = openerOf(process.platform)
  const child = spawn(program, [...args, url], { detached: true, stdio: 'ignore' })
  child.unref()
  return new Promise((resolve) => {
    child.once('spawn', () => resolve(true))
    child.once('error', () => resolve(false))
  })
}

function openerOf(platform: NodeJS.Platform): [program: string, ...args: string[]] {
  if (platform === 'darwin') return ['open']
  return platform === 'win32' ? ['explorer.exe'] : ['xdg-open']
}
