import { spawnSync } from 'node:child_process'
import { chmod, chown, cp, mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { root } from './settings.ts'

/** A project as small as can be, with our bootstrap script in its place and one package, from its own folder. */
let project: string

const lock = (extra: Record<string, unknown> = {}) => JSON.stringify({
  name: 'tiny', version: '1.0.0', lockfileVersion: 3, requires: true,
  packages: {
    '': { name: 'tiny', version: '1.0.0', dependencies: { dep: 'file:dep' } },
    'dep': { version: '1.0.0' },
    'node_modules/dep': { resolved: 'dep', link: true },
    ...extra,
  },
})

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'isocenter-bootstrap-'))
  await mkdir(join(project, 'packages/launcher'), { recursive: true })
  await mkdir(join(project, 'dep'))
  await cp(join(root, 'packages/launcher/bootstrap.mjs'), join(project, 'packages/launcher/bootstrap.mjs'))
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'tiny', version: '1.0.0', dependencies: { dep: 'file:dep' } }))
  await writeFile(join(project, 'dep/package.json'), JSON.stringify({ name: 'dep', version: '1.0.0' }))
  await writeFile(join(project, 'package-lock.json'), lock())
})
afterEach(() => rm(project, { recursive: true, force: true }))

function bootstrap(prefix: string[] = []) {
  const [file, ...args] = [...prefix, process.execPath, join(project, 'packages/launcher/bootstrap.mjs')]
  const env = { ...process.env, npm_config_offline: 'true', npm_config_cache: join(project, '.npm'), HOME: project }
  const { status, stdout, stderr } = spawnSync(file ?? '', args, { encoding: 'utf8', env, cwd: '/' })
  return { status, stdout, stderr }
}

test('a first run installs and says so; the second has nothing to do and says nothing', () => {
  const first = bootstrap()
  expect(first).toMatchObject({ status: 0 })
  expect(first.stderr).toContain('Installing packages (first start')
  expect(bootstrap()).toEqual({ status: 0, stdout: '', stderr: '' })
})

test('another lock file is installed anew', async () => {
  bootstrap()
  await writeFile(join(project, 'package-lock.json'), `${lock()}\n`)
  // Other bytes of the same meaning: what npm recorded still agrees, so there is nothing to install.
  expect(bootstrap()).toMatchObject({ status: 0, stderr: '' })
  await writeFile(join(project, 'dep/package.json'), JSON.stringify({ name: 'dep', version: '1.0.0', dependencies: { deeper: 'file:deeper' } }))
  await mkdir(join(project, 'dep/deeper'))
  await writeFile(join(project, 'dep/deeper/package.json'), JSON.stringify({ name: 'deeper', version: '1.0.0' }))
  await writeFile(join(project, 'package-lock.json'), lock({
    'dep': { version: '1.0.0', dependencies: { deeper: 'file:deeper' } },
    'dep/deeper': { version: '1.0.0' },
    'node_modules/deeper': { resolved: 'dep/deeper', link: true },
  }))
  expect(bootstrap().stderr).toContain('the lock file or the platform has changed')
  expect(bootstrap()).toMatchObject({ status: 0, stderr: '' })
})

test('what somebody installed by npm himself is not installed again', async () => {
  bootstrap()
  await rm(join(project, 'node_modules/.isocenter-installed'))
  expect(bootstrap()).toEqual({ status: 0, stdout: '', stderr: '' })
})

test('a node_modules with the Node of another platform is replaced', async () => {
  bootstrap()
  const name = `node-${process.platform}-${process.arch}`
  await writeFile(join(project, 'package-lock.json'), lock({ [`node_modules/${name}`]: { version: '24.0.0', optional: true } }))
  await mkdir(join(project, 'node_modules/.bin'), { recursive: true })
  await writeFile(join(project, 'node_modules/.bin/node'), 'Mach-O, or whatever this machine cannot run', { mode: 0o755 })
  expect(bootstrap().stderr).toContain('the lock file or the platform has changed')
})

test('the pinned Node is linked where npm, as npm 10, has not done so', async () => {
  bootstrap()
  const name = `node-${process.platform}-${process.arch}`
  await writeFile(join(project, 'package-lock.json'), lock({ [`node_modules/${name}`]: { version: '24.0.0', optional: true } }))
  await mkdir(join(project, 'node_modules', name, 'bin'), { recursive: true })
  await symlink(process.execPath, join(project, 'node_modules', name, 'bin/node'))
  expect(bootstrap()).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(await readlink(join(project, 'node_modules/.bin/node'))).toBe(`../${name}/bin/node`)
})

test('an older Node than ours runs needs the pinned one, and hears so in one line', async () => {
  bootstrap()
  await mkdir(join(project, 'node_modules/.bin'), { recursive: true })
  await writeFile(join(project, 'node_modules/.bin/node'), '#!/bin/sh\necho 22.1.0\n', { mode: 0o755 })
  const { status, stderr } = bootstrap()
  expect(status).toBe(1)
  expect(stderr).toMatch(/^npm has no Node 24 for .*this machine's is 22\.1\.0: install Node 24 .*\n$/)
})

test('a Node too old to start with hears so in one line', async () => {
  const script = join(project, 'packages/launcher/bootstrap.mjs')
  await writeFile(script, (await readFile(script, 'utf8')).replaceAll('process.versions.node', '"18.20.4"'))
  expect(bootstrap()).toMatchObject({ status: 1, stderr: expect.stringMatching(/^Isocenter needs Node 20 or newer to start; this is Node 18\.20\.4.*\n$/) as string })
})

test('the remains of a killed installation do not block the next', async () => {
  await mkdir(join(project, '.cache'))
  await writeFile(join(project, '.cache/installing'), '4194305')
  expect(bootstrap()).toMatchObject({ status: 0 })
})

test.runIf(process.getuid?.() === 0)('a user who may not write there is told what to do', async () => {
  await chmod(project, 0o755)
  const { status, stderr } = bootstrap(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'])
  expect(status).toBe(1)
  expect(stderr).toMatch(/^This user may not write to .*chown.*\n$/)
})

test.runIf(process.getuid?.() === 0)('a normal user installs in a folder of his own', async () => {
  for (const path of ['', 'packages', 'packages/launcher', 'dep']) await chown(join(project, path), 65534, 65534)
  const prefix = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--']
  expect(bootstrap(prefix)).toMatchObject({ status: 0 })
  expect(bootstrap(prefix)).toEqual({ status: 0, stdout: '', stderr: '' })
})
