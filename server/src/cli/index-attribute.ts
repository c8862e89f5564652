import { parseArgs } from 'node:util'
import { addExtraAttribute, ExtraAttributeRefused, extraAttributes, indexAttributeTask, organisationBySlug, removeExtraAttribute, type Level } from '../catalogue/index.ts'
import { readConfig } from '../config.ts'
import { addJob } from '../jobs/index.ts'
import { keywordOf, formatTag } from '@isocenter/dicom'
import { createDb, type Db } from '../platform/db.ts'

const usage = `Adds attributes that searches of an organisation can match and answer with, beside those every organisation has.

  npm run index-attribute -- add KVP --level series
  npm run index-attribute -- add 00191024 --creator ACME --vr LO --level study
  npm run index-attribute -- add ProcedureCodeSequence.CodeValue
  npm run index-attribute -- remove KVP
  npm run index-attribute -- list

--organisation SLUG   whose (the default one)
--level LEVEL         study, series or instance: from which level on searches match it (instance)
--creator TEXT        private creator, for private attributes
--vr VR               for private attributes

What is stored from then on is found at once; what is there already is read by a running server in the background. Until that is done, searches by the attribute
carry a Warning.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    organisation: { type: 'string' },
    level: { type: 'string', default: 'instance' },
    creator: { type: 'string' },
    vr: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

/** Does what the command line asks. @throws Error that names what is wrong */
async function command(db: Db, database: string, slug: string): Promise<string> {
  const [verb, attribute] = positionals
  const organisation = await organisationBySlug(db, slug)
  if (!organisation) throw new ExtraAttributeRefused(`There is no organisation ${slug}.`)
  const { organisationId } = organisation
  if (verb === 'list') return (await extraAttributes(db, organisationId)).map(({ path, privateCreator, vr, level, isFilled }) =>
    [path.map((tag) => keywordOf(tag) ?? formatTag(tag)).join('.'), privateCreator, vr, level, isFilled ? '' : 'being indexed'].filter((text) => text !== '').join('  ')).join('\n') || 'There are none.'
  if (attribute === undefined) throw new ExtraAttributeRefused(usage)
  if (verb === 'remove') {
    if (!await removeExtraAttribute(db, organisationId, attribute, values.creator)) throw new ExtraAttributeRefused(`${slug} has no such attribute.`)
    return `${attribute} is not searched by any longer.`
  }
  const { level } = values
  if (verb !== 'add' || !isLevel(level)) throw new ExtraAttributeRefused(usage)
  const { extraAttributeKey } = await addExtraAttribute(db, { organisationId, level, attribute, privateCreator: values.creator, vr: values.vr })
  await addJob(database, indexAttributeTask, { extraAttributeKey }, `${indexAttributeTask}-${extraAttributeKey}`)
  return `${attribute} is searched by from the ${level} level on; instances stored before are being indexed.`
}

const isLevel = (text: string): text is Level => ['study', 'series', 'instance'].includes(text)

if (values.help || positionals.length === 0) {
  console.log(usage)
} else {
  const config = readConfig(process.env)
  const db = createDb(config.DATABASE_URL, 2)
  try {
    console.log(await command(db, config.DATABASE_URL, values.organisation ?? config.DEFAULT_ORGANISATION))
  } catch (error) {
    console.error(error instanceof ExtraAttributeRefused ? error.message : 'The attribute could not be changed.')
    process.exitCode = 1
  } finally {
    await db.destroy()
  }
}
