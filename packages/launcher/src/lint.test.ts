import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { root } from './settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'isocenter-lint-'))
cpSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
afterAll(() => { rmSync(folder, { recursive: true }) })

/** What the lint says of files with these contents, laid out as in the repository. */
function lint(files: Record<string, string>): string {
  for (const [file, source] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), source)
  }
  const run = spawnSync(process.execPath, [join(root, 'node_modules/oxlint/bin/oxlint'), ...Object.keys(files)], { cwd: folder, encoding: 'utf8' })
  return run.stdout
}

test.each([
  ['packages/dicom/src/tag.ts', 'node:fs', 'packages/dicom is pure'],
  ['packages/dicom/src/tag.ts', 'node:net', 'packages/dicom is pure'],
  ['packages/dicom/src/tag.ts', 'pg', 'depends on nothing'],
  ['packages/dicom/src/tag.ts', '@isocenter/testkit', 'depends on nothing'],
  ['packages/testkit/src/study.ts', '../../../server/src/config.ts', 'Packages stand below the server'],
  ['packages/tools/src/import/main.ts', '../../../../server/src/config.ts', 'over DICOMweb only'],
  ['migrations/src/20261122090000_catalogue.ts', '@isocenter/dicom', 'imports knex and nothing of ours'],
  ['conformance/main.ts', '../packages/dicom/src/index.ts', 'shares no code with us'],
  ['conformance/main.test.ts', '@isocenter/dicom', 'shares no code with us'],
  ['server/src/platform/db.ts', '../catalogue/index.ts', 'know none of them'],
  ['server/src/storage/fs.ts', '../dicomweb/index.ts', 'know none of them'],
  ['server/src/catalogue/store.ts', '../dicomweb/index.ts', 'not blobs and not HTTP'],
  ['server/src/catalogue/store.ts', '../storage/index.ts', 'not blobs and not HTTP'],
  ['server/src/catalogue/store.ts', '../audit/record.ts', 'through its index.ts'],
  ['server/src/dicomweb/stow/routes.ts', '../../catalogue/store.ts', 'through its index.ts'],
  ['server/src/dicomweb/index.ts', '../storage/fs.ts', 'through its index.ts'],
  ['dimse-gateway/src/gateway.ts', '../../server/src/config.ts', 'a client of the server'],
  ['dimse-gateway/src/spool/spool.ts', '../forwarding/queue.ts', 'spool comes before'],
  ['dimse-gateway/src/reception/reception.ts', '../services/index.ts', 'reception comes before'],
  ['packages/dimse/src/upper-layer/tls.ts', 'node:fs', 'speaks DICOM over sockets'],
  ['packages/dimse/src/upper-layer/tls.ts', '@isocenter/contracts', 'stands on packages/dicom alone'],
  ['packages/api-client/src/client.ts', 'react', 'no framework'],
  ['packages/api-client/src/client.ts', '@isocenter/design-system', 'no framework'],
  ['mfe-admin/src/routes.tsx', '../../server/src/config.ts', 'its own files else'],
  ['mfe-admin/src/routes.tsx', '@isocenter/mfe-shell', 'its own files else'],
  ['mfe-admin/src/routes.tsx', 'antd/es/locale/zh_CN', 'bundled a second time'],
  ['mfe-shell/src/frame/frame.tsx', '../../../mfe-admin/src/routes.tsx', 'its own files else'],
  ['mfe-shell/src/root.ts', 'react', 'no UI framework'],
  ['server/src/screens/routes.ts', '../catalogue/index.ts', 'needs none of what the server knows'],
])('%s may not import %s', (file, specifier, sentence) => {
  expect(lint({ [file]: `import * as it from '${specifier}'\nexport { it }\n` })).toContain(sentence)
})

test.each([
  ['packages/dicom/src/tag.ts', 'node:zlib'],
  ['packages/dicom/src/tag.ts', './vr.ts'],
  ['packages/dicom/src/tag.test.ts', 'fast-check'],
  ['migrations/src/20261122090000_catalogue.ts', 'knex'],
  ['server/src/catalogue/store.ts', '../platform/db.ts'],
  ['server/src/catalogue/store.ts', '../audit/index.ts'],
  ['server/src/catalogue/store.ts', '@isocenter/dicom'],
  ['server/src/dicomweb/stow/routes.ts', '../../catalogue/index.ts'],
  ['server/src/dicomweb/stow/routes.ts', '../media-types.ts'],
  ['server/src/dicomweb/stow/routes.ts', '../../platform/problem.ts'],
  ['mfe-admin/src/routes.tsx', '@isocenter/api-client'],
  ['mfe-shell/src/root.ts', '@isocenter/mfe-admin'],
  ['mfe-shell/src/frame/frame.tsx', 'react-dom/client'],
])('%s may import %s', (file, specifier) => {
  expect(lint({ [file]: `import * as it from '${specifier}'\nexport { it }\n` })).not.toContain('no-restricted-imports')
})

test('imports in a circle are refused', () => {
  const said = lint({
    'server/src/platform/one.ts': `import { two } from './two.ts'\nexport const one = () => two()\n`,
    'server/src/platform/two.ts': `import { one } from './one.ts'\nexport const two = (): unknown => one()\n`,
  })
  expect(said).toContain('no-cycle')
})
