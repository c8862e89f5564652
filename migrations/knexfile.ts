import type { Knex } from 'knex'
import { migratorConfig } from './src/index.ts'

/** For the knex command line while developing; the server and `node migrations/src/main.ts` call `migrate` themselves. */
const config: Knex.Config = {
  client: 'pg',
  connection: { connectionString: process.env['DATABASE_URL'] ?? '' },
  migrations: migratorConfig,
}

export default config
