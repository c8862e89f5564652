/** What we are measured against: the same release of OHIF as it comes, on Orthanc's DICOMweb plugin. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@isocenter/testkit'
import { extract } from 'tar'
import { fetchRelease } from './vendor/fetch.ts'

const plugin = '/usr/share/orthanc/plugins/libOrthancDicomWeb.so'
/** Orthanc's DICOMweb plugin is a package of its own (Debian: orthanc-dicomweb). */
export const hasDicomwebPlugin = (): boolean => existsSync(plugin)

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.json': 'application/json', '.svg': 'image/svg+xml' }
const year = 'public, max-age=31536000, immutable'

const appConfig = `window.config = { routerBasename: '/', extensions: [], modes: [], showStudyList: true, maxNumberOfWebWorkers: 3, investigationalUseDialog: { option: 'never' }, defaultDataSourceName: 'dicomweb',
  dataSources: [{ namespace: '@ohif/extension-default.dataSourcesModule.dicomweb', sourceName: 'dicomweb', configuration: { friendlyName: 'Orthanc', name: 'orthanc', qidoRoot: '/dicom-web', wadoRoot: '/dicom-web', wadoUriRoot: '/wado',
    qidoSupportsIncludeField: false, imageRendering: 'wadors', thumbnailRendering: 'wadors', enableStudyLazyLoad: true, supportsFuzzyMatching: false, supportsWildcard: true, staticWado: false, singlepart: 'bulkdata,video', bulkDataURI: { enabled: true } } }] }`

export interface PlainViewer extends AsyncDisposable {
  readonly url: string
  /** Stores a DICOM file in Orthanc. */
  readonly store: (file: Uint8Array) => Promise<void>
}

/** Starts Orthanc, and a server for the release's files with Orthanc's DICOMweb behind the same origin. */
export async function startPlainViewer(): Promise<PlainViewer> {
  const folder = await mkdtemp(join(tmpdir(), 'isocenter-plain-'))
  const port = await freePort()
  await writeFile(join(folder, 'orthanc.json'), JSON.stringify({
    StorageDirectory: folder, IndexDirectory: folder, HttpPort: port, DicomServerEnabled: false, RemoteAccessAllowed: false, AuthenticationEnabled: false, Plugins: [plugin], DicomWeb: { Enable: true, Root: '/dicom-web/', EnableWado: true },
  }))
  const orthanc = spawn('Orthanc', [join(folder, 'orthanc.json')], { stdio: 'ignore' })
  for (let tries = 0; !(await fetch(`http://127.0.0.1:${port}/system`).then(({ ok }) => ok, () => false)); tries++) {
    if (orthanc.exitCode !== null || tries > 300) throw new Error('Orthanc does not answer')
    await new Promise((resolve) => { setTimeout(resolve, 100) })
  }
  await extract({ file: fetchRelease(fileURLToPath(new URL('../.cache', import.meta.url)), () => undefined), cwd: folder })
  const files = join(folder, 'package', 'dist')
  const server = createServer((asked, answer) => {
    const path = new URL(asked.url ?? '/', 'http://localhost').pathname
    if (/^\/(dicom-web|wado)\b/.test(path)) pass(asked, answer, port)
    else if (path === '/app-config.js') answer.writeHead(200, { 'content-type': 'text/javascript' }).end(appConfig)
    else {
      const file = join(files, normalize(path))
      const isFile = extname(path) !== '' && existsSync(file)
      answer.writeHead(200, { 'content-type': types[isFile ? extname(path) : '.html'] ?? 'application/octet-stream', 'cache-control': isFile ? year : 'no-cache' })
      createReadStream(isFile ? file : join(files, 'index.html')).pipe(answer)
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    store: async (file) => {
      const { ok, status } = await fetch(`http://127.0.0.1:${port}/instances`, { method: 'POST', body: file as Uint8Array<ArrayBuffer> })
      if (!ok) throw new Error(`Orthanc answered ${status}`)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      const ended = once(orthanc, 'exit')
      orthanc.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function pass(asked: IncomingMessage, answer: ServerResponse, port: number): void {
  const { host: _host, ...headers } = asked.headers
  const passed = request({ host: '127.0.0.1', port, method: asked.method, path: asked.url, headers }, (from) => {
    answer.writeHead(from.statusCode ?? 502, from.headers)
    from.pipe(answer)
  })
  passed.on('error', () => { answer.destroy() })
  asked.pipe(passed)
}
