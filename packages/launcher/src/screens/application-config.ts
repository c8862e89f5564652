import react from '@vitejs/plugin-react'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin, UserConfig } from 'vite'
import { sharedModules, type BuiltApplication } from './shared-modules.ts'

export interface ApplicationBuild {
  /** Its folder, as `import.meta.url` of its vite.config.ts. */
  readonly url: string
  /** Path below /apps it is served at. */
  readonly name: string
  /** Sources by the name the import map gives them. */
  readonly modules: Readonly<Record<string, string>>
  /** Modules of other builds that it loads by name. */
  readonly otherApplications?: readonly string[]
}

/** How an application of the page is built: an ES module that leaves to the import map what all have in common. */
export function applicationConfig({ url, name, modules, otherApplications = [] }: ApplicationBuild): UserConfig {
  const root = fileURLToPath(new URL('.', url))
  const entries = new Map(Object.entries(modules).map(([specifier, source]) => [resolve(root, source), specifier]))
  return {
    root,
    base: `/apps/${name}/`,
    plugins: [react(), pureSchemas, describeApplication((facade) => entries.get(facade))],
    build: {
      ...commonBuild,
      rollupOptions: {
        input: Object.fromEntries([...entries.keys()].map((source) => [source.replace(/^.*\//, '').replace(/\.tsx?$/, ''), source])),
        external: [...sharedModules, ...otherApplications],
        preserveEntrySignatures: 'strict',
        treeshake,
      },
    },
  }
}

export const commonBuild = {
  target: 'es2022',
  // The Content-Security-Policy takes no inline script, and pictures from the server itself only.
  assetsInlineLimit: 0,
  cssCodeSplit: false,
  modulePreload: { polyfill: false },
  // Cached for good and shared by all: one file of the component library is faster than many.
  chunkSizeWarningLimit: 2000,
} as const

/** What nobody uses of these is left out, whatever it calls. */
export const treeshake = { moduleSideEffects: (id: string) => !/\/(packages\/contracts|node_modules\/typebox)\//.test(id) }

/**
 * Contracts are schemas made by calls, which a bundler must take to do something besides. Marked as what they are, a screen gets those it
 * checks something by, and the library that checks only with them.
 */
export const pureSchemas: Plugin = {
  name: 'isocenter:pure-schemas',
  enforce: 'pre',
  transform: (code, id) => (/\/packages\/contracts\/src\/[^/]+\.ts$/.test(id) ? { code: code.replaceAll(/\bType\.\w+\(/g, (call) => `/*#__PURE__*/${call}`), map: null } : undefined),
}

/** Writes `application.json` beside the build. */
export function describeApplication(specifierOf: (facadeModuleId: string) => string | undefined): Plugin {
  return {
    name: 'isocenter:describe-application',
    // After the style sheets have been written.
    enforce: 'post',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((one) => one.type === 'chunk')
      const importsOf = (fileName: string, seen = new Set<string>()): Set<string> => {
        for (const imported of chunks.find((one) => one.fileName === fileName)?.imports ?? []) {
          if (seen.has(imported) || !(imported in bundle)) continue
          seen.add(imported)
          importsOf(imported, seen)
        }
        return seen
      }
      const entries = chunks.filter((one) => one.isEntry)
        .map((chunk) => ({ chunk, specifier: specifierOf(chunk.facadeModuleId ?? '') }))
        .filter((one): one is typeof one & { specifier: string } => one.specifier !== undefined)
      const built: BuiltApplication = {
        modules: Object.fromEntries(entries.map(({ chunk, specifier }) => [specifier, chunk.fileName])),
        styles: Object.keys(bundle).filter((file) => file.endsWith('.css')),
        preloads: Object.fromEntries(entries.map(({ chunk, specifier }) => [specifier, [...importsOf(chunk.fileName)]])),
      }
      this.emitFile({ type: 'asset', fileName: 'application.json', source: JSON.stringify(built, undefined, 2) })
    },
  }
}
