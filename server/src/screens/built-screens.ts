/** The screens as they were built (packages/launcher/src/build-screens.ts), read whole at start: the files found then and no others. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { Type } from 'typebox'
import { Value } from 'typebox/value'

/** Content codings of files, the smaller first: name in HTTP and ending of the file. */
const codings = [['br', '.br'], ['gzip', '.gz']] as const
export type Coding = typeof codings[number][0]

export interface ScreenFile {
  readonly mediaType: string
  readonly content: Buffer
  readonly coded: Partial<Record<Coding, Buffer>>
  readonly etag: string
  /** A digest of the content is part of the name: it never means other bytes. */
  readonly isImmutable: boolean
}

export interface BuiltScreens {
  /** By path: `/apps/shared/assets/…`. */
  readonly files: ReadonlyMap<string, ScreenFile>
  /** The page that holds the applications; undefined where none was built. Placeholders stand where each answer's nonce goes. */
  readonly page: BuiltPage | undefined
}

export interface BuiltPage {
  readonly html: string
  /** Source expression of a Content-Security-Policy for the import map, the one script that stands in the page itself. */
  readonly importMapHash: string
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
}

/** What a build says of itself: see packages/launcher/src/screens/shared-modules.ts. */
const Application = Type.Object({
  modules: Type.Record(Type.String(), Type.String()),
  styles: Type.Array(Type.String()),
  preloads: Type.Record(Type.String(), Type.Array(Type.String())),
})

/** Stands in the layout where the import map and all that follows from it goes. */
const headPlaceholder = /<!-- import map.*?-->/
/** What the page runs first. */
const rootModule = '@isocenter/mfe-shell'
/** Runs before it, as soon as it and what it imports are there: what is shown at some addresses takes longer than the page around it. */
const beginModule = '@isocenter/mfe-viewer/begin'
/** Modules every page needs, in this order: asked for at once rather than when the first that imports them has arrived. */
const eager = [beginModule, '@isocenter/api-client', rootModule, 'single-spa', 'react', 'react/jsx-runtime', 'react-dom', 'react-dom/client', 'antd', '@ant-design/icons', '@isocenter/design-system']

/** Reads what was built into the folders of `folder`, one each application; nothing where there is none. */
export async function readScreens(folder: string): Promise<BuiltScreens> {
  const files = new Map<string, ScreenFile>()
  const imports: Record<string, string> = {}
  const styles: string[] = []
  const preloads: Record<string, readonly string[]> = {}
  let layout: string | undefined
  for (const name of await foldersIn(folder)) {
    const contents = await readFolder(join(folder, name))
    const base = `/apps/${name}/`
    for (const [path, content] of contents) {
      if (/\.(br|gz)$/.test(path) || path === 'application.json' || path === 'layout.html') continue
      files.set(base + path, {
        mediaType: mediaTypes[extname(path)] ?? 'application/octet-stream', content, isImmutable: path.startsWith('assets/'),
        etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`,
        coded: Object.fromEntries(codings.flatMap(([coding, ending]) => { const coded = contents.get(path + ending); return coded === undefined ? [] : [[coding, coded]] })),
      })
    }
    layout = contents.get('layout.html')?.toString('utf8') ?? layout
    const description: unknown = JSON.parse(contents.get('application.json')?.toString('utf8') ?? 'null')
    if (!Value.Check(Application, description)) continue
    for (const [specifier, file] of Object.entries(description.modules)) {
      imports[specifier] = base + file
      preloads[specifier] = [file, ...(description.preloads[specifier] ?? [])].map((needed) => base + needed)
    }
    styles.push(...description.styles.map((file) => base + file))
  }
  const scripts = [beginModule, rootModule].flatMap((specifier) => imports[specifier] ?? [])
  const page = layout === undefined || imports[rootModule] === undefined ? undefined : pageOf(layout, { imports, styles, preloads: [...new Set(eager.flatMap((specifier) => preloads[specifier] ?? []))], scripts })
  return { files, page }
}

function pageOf(layout: string, { imports, styles, preloads, scripts }: {
  readonly imports: Readonly<Record<string, string>>
  readonly styles: readonly string[]
  readonly preloads: readonly string[]
  readonly scripts: readonly string[]
}): BuiltPage {
  const importMap = JSON.stringify({ imports })
  const lines = [
    // Before everything that asks for a module: an import map that comes later is not taken.
    `<script type="importmap">${importMap}</script>`,
    ...styles.map((href) => `<link rel="stylesheet" href="${href}">`),
    ...preloads.map((href) => `<link rel="modulepreload" href="${href}">`),
    ...scripts.map((src) => `<script type="module" src="${src}"></script>`),
  ]
  return { html: layout.replace(headPlaceholder, () => lines.join('\n    ')), importMapHash: `'sha256-${createHash('sha256').update(importMap).digest('base64')}'` }
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  // A build under way writes beside what it will replace: `mfe-shell.4711`.
  return entries.filter((entry) => entry.isDirectory() && !entry.name.includes('.')).map(({ name }) => name).sort()
}

async function readFolder(folder: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
  return new Map(await Promise.all(entries.map(async ({ parentPath, name }) => {
    const file = join(parentPath, name)
    return [relative(folder, file).split(sep).join('/'), await readFile(file)] as const
  })))
}
