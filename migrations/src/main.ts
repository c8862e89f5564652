import { migrate } from './index.ts'

const databaseUrl = process.env['DATABASE_URL']
if (databaseUrl === undefined || databaseUrl === '') {
  console.error('DATABASE_URL is missing: the database to migrate, as postgres://user:password@host/name.')
  process.exit(2)
}
const ran = await migrate(databaseUrl)
console.log(ran.length === 0 ? 'The database is up to date.' : ran.map((name) => `Ran ${name}.`).join('\n'))
