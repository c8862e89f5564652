import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ConfigError, exampleEnv, readConfig } from './config.ts'

const minimal = { DATABASE_URL: 'postgres://example/isocenter' }

test('a database is all that has to be named', () => {
  expect(readConfig(minimal)).toMatchObject({ HOST: '127.0.0.1', PORT: 8080, BLOB_STORE: 'fs', LOG_LEVEL: 'info' })
})

test('an empty variable counts as unset, and what is not ours is ignored', () => {
  const config = readConfig({ ...minimal, PORT: '', SHELL: '/bin/sh' })
  expect(config.PORT).toBe(8080)
  expect(config).not.toHaveProperty('SHELL')
})

test('all mistakes are told at once, by name, without the values', () => {
  const read = () => readConfig({ PORT: 'eighty', PUBLIC_URL: 'example.org/', BLOB_STORE: 's3', S3_SECRET_ACCESS_KEY: 'hush-hush' })
  expect(read).toThrow(ConfigError)
  try {
    read()
  } catch (error) {
    const { message } = error as ConfigError
    for (const name of ['DATABASE_URL is missing', 'PORT cannot be used', 'PUBLIC_URL cannot be used', 'S3_BUCKET is missing', 'S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY']) expect(message).toContain(name)
    expect(message).not.toMatch(/hush-hush|eighty/)
  }
})

test('true and false are read as words', () => {
  expect(readConfig({ ...minimal, TRUST_PROXY: 'true' }).TRUST_PROXY).toBe(true)
  expect(() => readConfig({ ...minimal, TRUST_PROXY: 'perhaps' })).toThrow('TRUST_PROXY')
})

test('the example file shows every variable and the defaults in it are valid', () => {
  const shown = Object.fromEntries([...exampleEnv().matchAll(/^#([A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]))
  expect(Object.keys(shown)).toContain('STOW_MAX_INSTANCE_BYTES')
  expect(readConfig({ ...shown, ...minimal })).toEqual(readConfig(minimal))
})

test('.env.example is what the settings say; npm run env:example prints it anew', async () => {
  expect(await readFile(new URL('../../.env.example', import.meta.url), 'utf8')).toContain(exampleEnv())
})

test('a public address with a path is refused, for links inside stored metadata know no prefix', () => {
  expect(readConfig({ ...minimal, PUBLIC_URL: 'https://pacs.example.org:8443' }).PUBLIC_URL).toBe('https://pacs.example.org:8443')
  for (const PUBLIC_URL of ['https://pacs.example.org/imaging', 'https://pacs.example.org/']) expect(() => readConfig({ ...minimal, PUBLIC_URL })).toThrow('PUBLIC_URL cannot be used')
})
