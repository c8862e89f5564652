import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { commonBuild, describeApplication, pureSchemas, treeshake } from '../../packages/launcher/src/screens/application-config.ts'
import { sharedModules } from '../../packages/launcher/src/screens/shared-modules.ts'
import { usedIcons } from '../../packages/launcher/src/screens/used-icons.ts'

const root = fileURLToPath(new URL('.', import.meta.url))
const repository = fileURLToPath(new URL('../..', import.meta.url))
const require = createRequire(import.meta.url)
const prefix = '\0shared:'

/** CommonJS tells its names only when it runs; an ES module must write them down. */
const commonJs = new Set<string>(['react', 'react/jsx-runtime', 'react-dom', 'react-dom/client'])

/** A module that has everything another one exports. */
function sourceOf(specifier: string): string {
  if (specifier === '@ant-design/icons') return `export { ${usedIcons(repository).join(', ')} } from '@ant-design/icons'`
  if (!commonJs.has(specifier)) return `export * from '${specifier}'`
  const names = Object.keys(require(specifier) as object).filter((name) => name !== 'default' && /^[A-Za-z_$][\w$]*$/.test(name))
  return `import all from '${specifier}'\nexport default all\nexport const { ${names.join(', ')} } = all`
}

const sharedEntries: Plugin = {
  name: 'isocenter:shared-modules',
  resolveId: (id) => (id.startsWith('shared:') ? `\0${id}` : undefined),
  load: (id) => (id.startsWith(prefix) ? sourceOf(id.slice(prefix.length)) : undefined),
}

/** What the applications have in common, each module under the name the import map gives it. */
export default defineConfig({
  root,
  base: '/apps/shared/',
  plugins: [react(), pureSchemas, sharedEntries, describeApplication((facade) => (facade.startsWith(prefix) ? facade.slice(prefix.length) : undefined))],
  build: {
    ...commonBuild,
    rollupOptions: {
      input: Object.fromEntries(sharedModules.map((specifier) => [specifier.replace('@', '').replaceAll('/', '-'), `shared:${specifier}`])),
      preserveEntrySignatures: 'strict',
      treeshake,
    },
  },
})
