/**
 * Makes the folder the viewer is served from: the release's files, fit for their path and made smaller, and ours.
 *   node mfe-viewer/vendor/build.ts --outDir FOLDER
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { list } from 'tar'
import { build, minify } from 'vite'
import { renamed } from './edition.ts'
import { fetchRelease } from './fetch.ts'
import { pageOf, startOf } from './page.ts'
import { createPatcher } from './patches.ts'
import { isTaken } from './taken.ts'

/** Path the viewer is served at. */
const base = '/viewer/'
/** Of the release; ours is another. */
const page = 'index.html'
const isText = /\.(js|css|html)$/
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const { values: { outDir } } = parseArgs({ options: { outDir: { type: 'string' } } })
if (outDir === undefined) throw new Error('Say where to: --outDir FOLDER.')
const out = resolve(outDir)
rmSync(out, { recursive: true, force: true })

const archive = fetchRelease(here('../../.cache'), (line) => { console.log(line) })
const { script, styles } = await takeRelease(archive)
write(page, pageOf({ base, script, styles }))
write('isocenter/start.js', startOf(base))
await makeOurs()

/** Everything taken of the release; names the script and the styles its page begins with. */
async function takeRelease(file: string): Promise<{ script: string; styles: string[] }> {
  const patcher = createPatcher(base)
  const making: Promise<readonly [string, string | Uint8Array]>[] = []
  await list({
    file,
    onReadEntry: (entry) => {
      const name = entry.path.replace(/^package\/(dist\/)?/, '')
      const isOurs = entry.type === 'File' && (name === page || name === 'LICENSE' || (entry.path.startsWith('package/dist/') && isTaken(name)))
      if (!isOurs) return
      making.push(entry.concat().then(async (bytes) => [name, isText.test(name) ? await smaller(name, patcher.patched(name, Buffer.from(bytes).toString('utf8'))) : bytes]))
    },
  })
  const files = renamed(new Map(await Promise.all(making)))
  patcher.assertComplete()
  for (const [name, content] of files) if (name !== page) write(name, content)
  const itsPage = String(files.get(page))
  const script = /<script defer src="\/(app\.bundle\.[0-9a-f]+\.js)">/.exec(itsPage)?.[1]
  const styles = [...itsPage.matchAll(/<link href="\/([\w.]+\.css)" rel="stylesheet">/g)].map(([, style = '']) => style)
  if (script === undefined || styles.length === 0) throw new Error("The viewer's release is not as expected: its page names no script or no style.")
  return { script, styles }
}

/** Scripts of the release come with their comments and spaces. Those made small already are left as they are. */
async function smaller(name: string, text: string): Promise<string> {
  if (!name.endsWith('.js') || name.endsWith('.min.js')) return text
  const { code, errors } = await minify(name, text)
  if (errors.length > 0) throw new Error(`${name} of the viewer's release cannot be read: ${errors[0]?.message ?? ''}`)
  return code
}

async function makeOurs(): Promise<void> {
  const common = { configFile: false, root: here('..'), logLevel: 'warn', publicDir: false } as const
  const outputs = { 'app-config': 'iife', extension: 'es' } as const
  const sources = { 'app-config': '../src/ohif/config/app-config.ts', extension: '../src/ohif/extension/index.ts' } as const
  for (const [name, format] of Object.entries(outputs)) {
    await build({
      ...common,
      build: {
        target: 'es2022', outDir: join(out, 'isocenter'), emptyOutDir: false,
        rollupOptions: { input: here(sources[name as keyof typeof sources]), output: { format, entryFileNames: `${name}.js`, codeSplitting: false }, preserveEntrySignatures: 'strict' },
      },
    })
  }
}

function write(name: string, content: string | Uint8Array): void {
  const file = join(out, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}
