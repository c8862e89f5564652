// Signing in by password against a server of its own process, on the database that DATABASE_URL names, and what of it is hashing:
//   DATABASE_URL=postgres://… node server/bench/sign-in.ts [sign-ins, 100] [at once, 1]
// Who signs in is one person among ten thousand accounts; a captcha of no work goes before each, as the page asks for one.
import { createPasswordHashing } from '../src/accounts/index.ts'
import { createDb, rows } from '../src/platform/db.ts'
import { migrate } from '@isocenter/migrations'
import { startServerProcess } from '@isocenter/testkit'

const url = process.env['DATABASE_URL']
if (url === undefined) throw new Error('DATABASE_URL is missing.')
const [count = 100, atOnce = 1] = process.argv.slice(2).map(Number)
const accounts = 10_000
const [phone, password] = ['13900000001', 'Radiology$1']

await migrate(url)
const server = await startServerProcess(url, { env: { CAPTCHA_BITS: '0', LOG_LEVEL: 'info' } })
const { origin } = new URL(server.url)
const db = createDb(url, 2)

async function ask(method: string, path: string, body?: object, cookie = ''): Promise<Response> {
  const answer = await fetch(`${origin}/api${path}`, { method, headers: { origin, ...(cookie !== '' && { cookie }), ...(body && { 'content-type': 'application/json' }) }, ...(body && { body: JSON.stringify(body) }) })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer
}
async function signIn(given: string): Promise<{ cookie: string; took: number }> {
  const { challenge } = await (await ask('POST', '/captchas')).json() as { challenge: string }
  const began = performance.now()
  const answer = await ask('POST', '/session', { login: phone, password: given, captcha: { challenge, nonce: 0 } })
  await answer.arrayBuffer()
  return { took: performance.now() - began, cookie: answer.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ') }
}

const printed = await server.account('create', '--phone', phone, '--name', 'Wang Fang', '--organisation', 'default')
const first = await signIn(printed.split(/\s+/).at(-1) ?? '')
await ask('PUT', '/session/password', { newPassword: password }, first.cookie)
await rows(db, `insert into account (organisation_id, phone, name, created_by) select organisation_id, '+8618' || lpad(n::text, 9, '0'), 'Account ' || n, 'bench' from account, generate_series(1, ?) n where phone = ?`, [accounts, `+86${phone}`])
await rows(db, 'analyze account', [])

const took: number[] = []
for (let round = 0; round < count; round += atOnce) {
  took.push(...(await Promise.all(Array.from({ length: Math.min(atOnce, count - round) }, () => signIn(password)))).map((one) => one.took))
}
const hashing = createPasswordHashing()
const hash = await hashing.hash(password)
const hashed: number[] = []
for (let nth = 0; nth < 20; nth++) {
  const began = performance.now()
  await hashing.verify(password, hash)
  hashed.push(performance.now() - began)
}
const quantile = (times: readonly number[], part: number): string => (times.toSorted((a, b) => a - b)[Math.floor((times.length - 1) * part)] ?? 0).toFixed(0)
console.info(`${String(count)} sign-ins, ${String(atOnce)} at once: p50 ${quantile(took, 0.5)} ms, p95 ${quantile(took, 0.95)} ms; hashing alone p50 ${quantile(hashed, 0.5)} ms, p95 ${quantile(hashed, 0.95)} ms`)
await db.destroy()
await server.stop()
