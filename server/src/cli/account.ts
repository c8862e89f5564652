import { parseArgs } from 'node:util'
import { createAccounts, platformOrganisation, type Accounts } from '../accounts/index.ts'
import { organisationBySlug } from '../catalogue/index.ts'
import { readConfig } from '../config.ts'
import { createSealing, loadSigningKeys } from '../identity/index.ts'
import { createOutbox, keptMessages, type Outbox } from '../notifications/index.ts'
import { accountMemberships, appointAdministrator } from '../organisations/index.ts'
import { signingKeysFile } from '../places.ts'
import { createDb, type Db } from '../platform/db.ts'
import { runCommand } from './run-command.ts'

const usage = `Makes the accounts nobody else could make, and helps whom nobody else can help.

  npm run account -- create --phone 13800138000 --name "Li Hua"     a platform operator, who makes all others
  npm run account -- create --phone … --name … --organisation north an administrator of an organisation that is there
  npm run account -- one-time-password --phone 13800138000          in place of a forgotten one; ends all sessions
  npm run account -- one-time-password --phone … --forget-second-factor   for who has lost the authenticator too
  npm run account -- suspend --phone 13800138000 --reason "…"         stops an account everywhere; ends all sessions
  npm run account -- reinstate --phone 13800138000 --reason "…"       lets it go on
  npm run account -- messages                                       what waits to be sent, or was put by, where no channel is set up

A one-time password is printed once, signs in within seven days, and only to set another.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    phone: { type: 'string' }, name: { type: 'string' }, email: { type: 'string' }, login: { type: 'string' }, organisation: { type: 'string' }, reason: { type: 'string' },
    'forget-second-factor': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const actor = 'command:account'

interface Opened {
  readonly db: Db
  readonly accounts: Accounts
  readonly outbox: Outbox
  /** Scheme and host users reach the server at, where it is fixed. */
  readonly publicUrl: string | undefined
}

async function organisationFor(db: Db): Promise<string> {
  if (values.organisation === undefined) return platformOrganisation(db)
  const organisation = await organisationBySlug(db, values.organisation)
  if (organisation === undefined) throw new Error(`There is no organisation ${values.organisation}.`)
  return organisation.organisationId
}

async function create({ db, accounts: { administration } }: Opened): Promise<string> {
  const { phone, name, email, login } = values
  if (phone === undefined || name === undefined) throw new Error('--phone and --name are needed.')
  const prepared = await administration.prepareOneTimePassword()
  await db.transaction(async (trx) => {
    const organisationId = await organisationFor(trx)
    const { accountId } = await administration.create(trx, { organisationId, phone, name, email, loginName: login, actor }, prepared)
    await appointAdministrator(trx, organisationId, accountId)
  })
  return prepared.password
}

async function oneTimePassword({ accounts: { administration } }: Opened): Promise<string> {
  if (values.phone === undefined) throw new Error('--phone is needed.')
  return (await administration.replacePassword(values.phone, actor, { forgetsSecondFactor: values['forget-second-factor'] })).oneTimePassword
}

const stopping = (how: 'stop' | 'letGoOn', done: string) => async ({ accounts: { administration } }: Opened): Promise<string> => {
  const { phone, reason } = values
  if (phone === undefined || reason === undefined) throw new Error('--phone and --reason are needed.')
  await administration[how](actor, { phone, reason })
  return done
}

async function messages({ outbox, db, publicUrl }: Opened): Promise<string> {
  const [waiting, kept] = await Promise.all([outbox.waiting(), keptMessages(db, publicUrl)])
  const all = [
    ...waiting.map(({ createdAt, recipient, to, text }) => ({ createdAt, text, to: to?.address ?? `${recipient.phone}  ${recipient.email ?? ''}` })),
    ...kept.map(({ createdAt, recipient, method, text }) => ({ createdAt, text, to: `${method === 'email' ? recipient.email ?? '' : recipient.phone}  (${method})` })),
  ].sort((one, other) => one.createdAt.getTime() - other.createdAt.getTime())
  return all.map(({ createdAt, to, text }) => `${createdAt.toISOString()}  ${to}\n  ${text.subject}\n  ${text.body}`).join('\n') || 'Nothing waits to be sent.'
}

const commands: Readonly<Record<string, (opened: Opened) => Promise<string>>> = {
  create,
  'one-time-password': oneTimePassword,
  suspend: stopping('stop', 'The account is suspended.'),
  reinstate: stopping('letGoOn', 'The account goes on.'),
  messages,
}

/** Does what the command line asks for and answers what is printed. @throws Error that names what is wrong */
async function run(): Promise<string> {
  const [word = ''] = positionals
  const command = Object.hasOwn(commands, word) ? commands[word] : undefined
  if (command === undefined || positionals.length > 1) throw new Error(`Say what to do: ${Object.keys(commands).join(', ')}; --help tells more.`)
  const config = readConfig(process.env)
  const db = createDb(config.DATABASE_URL, 2)
  try {
    const sealing = createSealing(await loadSigningKeys(signingKeysFile(config)))
    const outbox = createOutbox({ db, sealing, channels: [], now: () => new Date(), onFailure: () => undefined })
    return await command({ db, outbox, publicUrl: config.PUBLIC_URL, accounts: createAccounts({ db, sealing, outbox, memberships: accountMemberships, timeZone: config.TIME_ZONE, captchaBits: config.CAPTCHA_BITS }) })
  } finally {
    await db.destroy()
  }
}

await runCommand({ usage, help: values.help, command: run, otherwise: 'That could not be done.' })
