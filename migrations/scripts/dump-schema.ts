// Writes migrations/schema.sql from a migrated database:
//   DATABASE_URL=postgres://… node migrations/scripts/dump-schema.ts
import { writeFile } from 'node:fs/promises'
import knex, { type Knex } from 'knex'

/** Tables knex keeps for itself. */
const notOurs = `relname not like 'knex\\_%'`

const tablesSql = `
  select c.oid, c.relname as name, array_to_string(c.reloptions, ', ') as options
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and ${notOurs} order by c.relname`

const columnsSql = `
  select a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
    case when a.attcollation <> t.typcollation then (select collname from pg_collation where oid = a.attcollation) end as collation,
    case when a.attstorage <> t.typstorage then case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end end as storage,
    a.attnotnull as "isNotNull", a.attidentity <> '' as "isIdentity", a.attgenerated = 's' as "isGenerated",
    pg_get_expr(d.adbin, d.adrelid) as expression
  from pg_attribute a join pg_type t on t.oid = a.atttypid left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = ? and a.attnum > 0 and not a.attisdropped order by a.attnum`

// Not-null constraints stand with their columns.
const constraintsSql = `
  select pg_get_constraintdef(oid) as definition from pg_constraint where conrelid = ? and contype <> 'n'
  order by position(contype in 'pufc'), pg_get_constraintdef(oid)`

const indexesSql = `
  select pg_get_indexdef(i.indexrelid) as definition from pg_index i
  where i.indrelid = ? and not exists (select from pg_constraint where conindid = i.indexrelid and conrelid = i.indrelid) order by 1`

const triggersSql = `select pg_get_triggerdef(oid) as definition from pg_trigger where tgrelid = ? and not tgisinternal order by tgname`

const functionsSql = `
  select pg_get_functiondef(p.oid) as definition from pg_proc p
  where p.pronamespace = 'public'::regnamespace and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') order by p.proname`

const extensionsSql = `select 'CREATE EXTENSION ' || extname as definition from pg_extension where extname <> 'plpgsql' order by extname`

interface Column {
  readonly name: string
  readonly type: string
  readonly collation: string | null
  readonly storage: string | null
  readonly isNotNull: boolean
  readonly isIdentity: boolean
  readonly isGenerated: boolean
  readonly expression: string | null
}

/** The schema as text for people to read and compare, in an order that does not depend on how it came about. */
export async function schemaText(db: Knex): Promise<string> {
  const select = async <Row>(sql: string, bindings: readonly Knex.RawBinding[] = []): Promise<Row[]> => (await db.raw<{ rows: Row[] }>(sql, bindings)).rows
  const definitions = async (sql: string, bindings: readonly Knex.RawBinding[] = []) =>
    (await select<{ definition: string }>(sql, bindings)).map(({ definition }) => `${definition.trim().replaceAll('public.', '')};`)

  const parts = ['-- The schema all migrations together make. Written by migrations/scripts/dump-schema.ts; do not edit.', ...await definitions(extensionsSql), ...await definitions(functionsSql)]
  for (const { oid, name, options } of await select<{ oid: number; name: string; options: string | null }>(tablesSql)) {
    const columns = (await select<Column>(columnsSql, [oid])).map(columnText)
    const constraints = (await definitions(constraintsSql, [oid])).map((definition) => definition.slice(0, -1))
    const table = `CREATE TABLE ${name} (\n${[...columns, ...constraints].map((line) => `  ${line}`).join(',\n')}\n)${options === null || options === '' ? '' : ` WITH (${options})`};`
    parts.push([table, ...await definitions(indexesSql, [oid]), ...await definitions(triggersSql, [oid])].join('\n'))
  }
  return `${parts.join('\n\n')}\n`
}

function columnText({ name, type, collation, storage, isNotNull, isIdentity, isGenerated, expression }: Column): string {
  return [
    name, type,
    storage !== null && `STORAGE ${storage}`,
    collation !== null && `COLLATE "${collation}"`,
    isNotNull && 'NOT NULL',
    isIdentity && 'GENERATED ALWAYS AS IDENTITY',
    expression !== null && (isGenerated ? `GENERATED ALWAYS AS (${expression}) STORED` : `DEFAULT ${expression}`),
  ].filter((word) => word !== false).join(' ')
}

if (import.meta.main) {
  const db = knex({ client: 'pg', connection: { connectionString: process.env['DATABASE_URL'] ?? '' }, pool: { min: 0, max: 1 } })
  try {
    await writeFile(new URL('../schema.sql', import.meta.url), await schemaText(db))
  } finally {
    await db.destroy()
  }
}
