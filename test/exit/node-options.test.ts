// What Node was told about connections holds for the last delivery of a process too.

import { expect } from 'chai'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certificateOfLocalhost } from '../support/certificate.js'
import { run } from '../support/programs.js'

const program = new URL('./programs/exit.js', import.meta.url)

/** The TLS versions of the requests that arrive if the process runs with these options, and its standard error. */
async function requestsOf(options: {
  nodeArgs?: string[]
  nodeOptions?: string
}): Promise<{ versions: (string | null)[]; stderr: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'selfsame-tls-'))
  const { key, cert } = certificateOfLocalhost()
  writeFileSync(join(folder, 'ca.pem'), cert)
  const versions: (string | null)[] = []
  let version: string | null = null
  const server = createServer({ key, cert }, (request, response) => {
    versions.push(version)
    request.resume().on('end', () => response.end('{}'))
  })
  server.on('secureConnection', (socket) => (version = socket.getProtocol()))
  server.listen(0, 'localhost')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const { stderr } = await run(program, [`https://localhost:${port}`], {
      nodeArgs: options.nodeArgs ?? [],
      // Only --use-openssl-ca makes Node read it.
      env: { NODE_OPTIONS: options.nodeOptions ?? '', SSL_CERT_FILE: join(folder, 'ca.pem') },
    })
    return { versions, stderr }
  } finally {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true })
  }
}

describe('the last delivery of a process', () => {
  it('trusts the certificates and speaks the TLS given to Node on its command line', async () => {
    const nodeArgs = ['--use-openssl-ca', '--tls-max-v1.2']
    const { versions, stderr } = await requestsOf({ nodeArgs })
    expect(stderr).to.equal('')
    expect(versions).to.deep.equal(['TLSv1.2'])
  })

  it('trusts the certificates given to Node in NODE_OPTIONS', async () => {
    const { versions, stderr } = await requestsOf({ nodeOptions: '--no-warnings --use-openssl-ca' })
    expect(stderr).to.equal('')
    expect(versions).to.deep.equal(['TLSv1.3'])
  })
})
