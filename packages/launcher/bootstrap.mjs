/**
 * Brings what `npm start` and `npm test` need, before anything of ours or of npm's can be relied on:
 * the packages of package-lock.json and, with --tests, the outside programs that tests use.
 *
 * It depends on nothing, runs on whatever Node the machine has, and is written so that even an old one can read it
 * and say what is wrong. Nothing to do takes some milliseconds.
 */
import { spawnSync } from 'child_process'
import { createHash } from 'crypto'
import fs from 'fs'
import path from 'path'
import { fileURLToPath } from 'url'

const launcher = path.dirname(fileURLToPath(import.meta.url))
const root = path.resolve(launcher, '..', '..')
const modules = path.join(root, 'node_modules')
const pinnedNode = path.join(modules, '.bin', 'node')
const stampFile = path.join(modules, '.isocenter-installed')
/** Node that runs our TypeScript; node_modules brings it wherever npm has it for the platform. */
const neededMajor = 24

/** A reason to give up that is told in one line. */
class Refusal extends Error {}

function say(line) {
  // Not to stdout, which belongs to the command that follows: TOKEN=$(npm run --silent token).
  process.stderr.write(`${line}\n`)
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

function checkMachine() {
  const major = Number(process.versions.node.split('.')[0])
  if (major < 20) throw new Refusal(`Isocenter needs Node 20 or newer to start; this is Node ${process.versions.node}. Get one from https://nodejs.org.`)
  if (process.platform === 'win32') throw new Refusal('On Windows, run Isocenter inside WSL 2, or with Docker: docker compose up.')
}

/** What an installation was made from: another lock file or another platform needs another installation. */
function wanted() {
  const lock = fs.readFileSync(path.join(root, 'package-lock.json'))
  return `${process.platform}-${process.arch} ${createHash('sha256').update(lock).digest('hex')}\n`
}

function isInstalled() {
  if (!fs.existsSync(modules)) return false
  const stamp = wanted()
  if (fs.existsSync(stampFile) && fs.readFileSync(stampFile, 'utf8') === stamp) return pinnedNodeFits()
  // Somebody who ran npm install or npm ci himself need not wait for it again.
  if (!npmInstalledTheLock() || !pinnedNodeFits()) return false
  writeStamp(stamp)
  return true
}

function writeStamp(stamp) {
  try {
    fs.writeFileSync(stampFile, stamp)
  } catch (error) {
    // node_modules of another user: complete, only not ours to mark; the slower comparison is made each time.
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error
  }
}

/** npm's own record of what it put into node_modules, held against the lock file. */
function npmInstalledTheLock() {
  const lock = readJson(path.join(root, 'package-lock.json'))
  const installed = readJson(path.join(modules, '.package-lock.json'))
  if (!lock || !installed || !installed.packages) return false
  return Object.keys(lock.packages).every((name) => {
    if (!name.startsWith('node_modules/')) return true
    const locked = lock.packages[name]
    const found = installed.packages[name]
    if (!found) return locked.optional === true || locked.devOptional === true
    return found.version === locked.version && (!locked.integrity || !found.integrity || found.integrity === locked.integrity)
  })
}

/** Whether node_modules holds a Node for this machine; a folder copied from another one, or shared with a container, does not. */
function pinnedNodeFits() {
  const name = `node-${process.platform}-${process.arch}`
  const lock = readJson(path.join(root, 'package-lock.json'))
  if (!lock || !lock.packages[`node_modules/${name}`]) return true
  linkPinnedNode(name)
  const run = spawnSync(pinnedNode, ['-p', 'process.platform + process.arch + process.versions.node'], { encoding: 'utf8' })
  return run.status === 0 && run.stdout.startsWith(`${process.platform}${process.arch}${neededMajor}.`)
}

/** npm 11 links the program of the package into .bin, npm 10 does not. */
function linkPinnedNode(name) {
  if (fs.existsSync(pinnedNode) || !fs.existsSync(path.join(modules, name, 'bin', 'node'))) return
  fs.mkdirSync(path.dirname(pinnedNode), { recursive: true })
  fs.rmSync(pinnedNode, { force: true })
  fs.symlinkSync(path.join('..', name, 'bin', 'node'), pinnedNode)
}

/** One installation at a time: `npm start` and `npm test` may be the first two commands of a newcomer, in two terminals. */
function withInstallLock(work) {
  const lock = path.join(root, '.cache', 'installing')
  fs.mkdirSync(path.dirname(lock), { recursive: true })
  let told = false
  for (;;) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      if (!holderLives(lock)) fs.rmSync(lock, { force: true })
      else if (!told) {
        told = true
        say('Another start is installing packages; waiting for it.')
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
    }
  }
  try {
    work()
  } finally {
    fs.rmSync(lock, { force: true })
  }
}

function holderLives(lock) {
  try {
    const pid = Number(fs.readFileSync(lock, 'utf8'))
    // The file is empty for the instant between its making and its writing.
    if (pid === 0) return Date.now() - fs.statSync(lock).mtimeMs < 5000
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** A Node outside node_modules, since npm ci removes the one inside while it runs. */
function outsideNode() {
  const folders = (process.env.PATH || '').split(path.delimiter)
  return folders.map((folder) => path.join(folder, 'node'))
    .find((file) => !path.resolve(file).startsWith(modules + path.sep) && fs.existsSync(file)) || process.execPath
}

function install() {
  if (isInstalled()) return
  try {
    fs.accessSync(fs.existsSync(modules) ? modules : root, fs.constants.W_OK)
  } catch {
    throw new Refusal(`This user may not write to ${root}, so npm cannot install packages there. Start as its owner, or take it over: sudo chown -R "$(id -un)" "${root}"`)
  }
  withInstallLock(() => {
    if (isInstalled()) return
    say(fs.existsSync(modules) ? 'Installing packages (the lock file or the platform has changed) …' : 'Installing packages (first start; about a minute) …')
    const began = Date.now()
    const npm = process.env.npm_execpath
    // No package of ours needs its install script; what embedded Postgres would link, its starter links.
    const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
    const run = npm && fs.existsSync(npm) ? spawnSync(outsideNode(), [npm, ...args], { cwd: root, stdio: 'inherit' }) : spawnSync('npm', args, { cwd: root, stdio: 'inherit' })
    if (run.error) throw new Refusal(`npm could not be run: ${run.error.message}`)
    if (run.status !== 0) throw new Refusal('npm ci failed; its own words are above. Is the package registry reachable?')
    if (!pinnedNodeFits()) say('The Node that npm brought does not run here.')
    fs.writeFileSync(stampFile, wanted())
    say(`Installed packages in ${Math.round((Date.now() - began) / 1000)} s.`)
  })
}

/** Our TypeScript runs on Node 24: the pinned one, or the machine's where npm has none for its platform. */
function checkNode() {
  const node = fs.existsSync(pinnedNode) ? pinnedNode : 'node'
  const run = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' })
  const version = run.status === 0 ? run.stdout.trim() : ''
  if (Number(version.split('.')[0]) >= neededMajor) return
  throw new Refusal(`npm has no Node ${neededMajor} for ${process.platform}-${process.arch}, and this machine's is ${version || 'none'}: install Node ${neededMajor} from https://nodejs.org and try again.`)
}

function isPresent(program) {
  if (program.file) return fs.existsSync(program.file)
  // A Python that stands before Debian's in PATH does not know the modules of Debian packages.
  if (program.pythonModule) return ['python3', '/usr/bin/python3'].some((python) => spawnSync(python, ['-c', `import ${program.pythonModule}`], { stdio: 'ignore' }).status === 0)
  return [...(process.env.PATH || '').split(path.delimiter), '/usr/sbin'].some((folder) => folder && fs.existsSync(path.join(folder, program.command)))
}

/** Brings the outside programs tests use where that can be done unasked; the test runner names what is still missing. */
function bringTestPrograms() {
  const missing = readJson(path.join(launcher, 'test-programs.json')).filter((program) => !isPresent(program))
  const mayInstall = process.platform === 'linux' && process.getuid() === 0 && fs.existsSync('/etc/debian_version')
  if (missing.length === 0 || !mayInstall) return
  const packages = missing.map((program) => program.package)
  say(`Installing programs that tests use: ${packages.join(' ')} …`)
  withoutServices(() => {
    const apt = (...args) => spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
      encoding: 'utf8', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    const steps = [['update'], ['install', '--yes', '--no-install-recommends', ...packages]]
    const failed = steps.map((args) => apt(...args)).find((run) => run.status !== 0)
    if (failed) say(`apt-get could not install them: ${(failed.stderr || String(failed.error)).trim().split('\n').pop()}`)
  })
}

/** Debian starts the service of a package it installs unless this file forbids it. */
function withoutServices(work) {
  const policy = '/usr/sbin/policy-rc.d'
  if (fs.existsSync(policy)) return work()
  fs.writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return work()
  } finally {
    fs.rmSync(policy, { force: true })
  }
}

try {
  checkMachine()
  install()
  checkNode()
  if (process.argv.includes('--tests')) bringTestPrograms()
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
