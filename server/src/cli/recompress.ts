import { parseArgs } from 'node:util'
import { countChangedForms, organisationBySlug } from '../catalogue/index.ts'
import { readConfig } from '../config.ts'
import { createDb, type Db } from '../platform/db.ts'
import { endRule, recompressionRules, setRule } from '../recompression/index.ts'

const usage = `Compresses stored objects to HTJ2K lossless in the background, by a rule of their organisation. What was received can be had back byte for byte,
which is proven of each object before it is changed.

  npm run recompress -- on                             all uncompressed objects older than 30 days
  npm run recompress -- on --modality CT,MR --days 90  only of these modalities, later
  npm run recompress -- on --hours 20-5 --rate 50      only at night (UTC), 50 MB a second at most
  npm run recompress -- off                            no more; what is compressed stays so
  npm run recompress -- reverse                        puts back what was received
  npm run recompress -- status

--organisation SLUG   whose (the default one)
--modality LIST       only series of these modalities
--class LIST          only instances of these SOP Class UIDs
--syntax LIST         only of these transfer syntaxes, of the two that can be compressed so
--days NUMBER         least age (30)
--hours FROM-TO       hours of the day in UTC (0-0: always)
--rate NUMBER         megabytes of stored objects a second at most (20)

A running server does the work.`

/** The uncompressed transfer syntaxes whose bytes can be made again of the pixels: Implicit and Explicit VR Little Endian. */
const possible = ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1']

/** What is wrong with the command line, for the operator. */
class CommandRefused extends Error {}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    organisation: { type: 'string' }, modality: { type: 'string' }, class: { type: 'string' }, syntax: { type: 'string' },
    days: { type: 'string', default: '30' }, hours: { type: 'string', default: '0-0' }, rate: { type: 'string', default: '20' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const listOf = (text: string | undefined): string[] | undefined => text?.split(',').map((one) => one.trim()).filter((one) => one !== '')

async function turnOn(db: Db, organisationId: string): Promise<string> {
  const [days, rate] = [Number(values.days), Number(values.rate)]
  const [, from, to] = /^(\d{1,2})-(\d{1,2})$/.exec(values.hours) ?? []
  const [fromHour, toHour] = [Number(from), Number(to)]
  const transferSyntaxes = listOf(values.syntax) ?? possible
  if (!(days >= 0 && days <= 36_500)) throw new CommandRefused('--days takes a number of days.')
  if (!(rate > 0)) throw new CommandRefused('--rate takes a number above 0.')
  if (!(fromHour < 24 && toHour < 24)) throw new CommandRefused('--hours takes two hours of the day, such as 20-5.')
  if (transferSyntaxes.length === 0 || transferSyntaxes.some((uid) => !possible.includes(uid))) throw new CommandRefused(`--syntax takes ${possible.join(' and ')}.`)
  await setRule(db, {
    organisationId, modalities: listOf(values.modality), sopClasses: listOf(values.class), transferSyntaxes,
    minimumAgeHours: Math.round(days * 24), fromHour, toHour, bytesPerSecond: Math.round(rate * 1_000_000),
  })
  return 'Objects are compressed from now on. How far it has come: npm run recompress -- status'
}

async function status(db: Db, organisationId: string): Promise<string> {
  const rule = (await recompressionRules(db)).find((one) => one.organisationId === organisationId)
  if (!rule) return 'There is no rule.'
  const { current, former } = await countChangedForms(db, organisationId)
  const doing = !rule.isReversing ? (rule.isActive ? 'compresses' : 'rests')
    : current === 0 ? 'has put back what was received'
    : rule.resumesAt ? `tries again at ${rule.resumesAt.toISOString()} to put back what was received` : 'puts back what was received'
  return [
    `The rule ${doing}. Compressed: ${String(current)}, left as they are: ${String(rule.leftAlone)}, saved: ${(rule.savedBytes / 1_000_000).toFixed(1)} MB.`,
    ...(former === 0 ? [] : [`Former versions that were compressed, and stay so: ${String(former)}.`]),
    ...Object.entries(rule.leftBecause).toSorted(([, one], [, other]) => other - one).map(([because, times]) => `  left: ${because}: ${String(times)}`),
  ].join('\n')
}

/** Does what the command line asks. @throws CommandRefused */
async function command(db: Db, slug: string): Promise<string> {
  const organisation = await organisationBySlug(db, slug)
  if (!organisation) throw new CommandRefused(`There is no organisation ${slug}.`)
  const { organisationId } = organisation
  switch (positionals[0]) {
    case 'on': return turnOn(db, organisationId)
    case 'off':
      if (!await endRule(db, organisationId, { isReversing: false })) throw new CommandRefused('There is no rule.')
      return 'Nothing more is compressed.'
    case 'reverse':
      if (!await endRule(db, organisationId, { isReversing: true })) throw new CommandRefused('There is no rule, and so nothing was compressed.')
      return 'What was compressed is being put back as it was received.'
    case 'status': return status(db, organisationId)
    default: throw new CommandRefused(usage)
  }
}

if (values.help || positionals.length === 0) {
  console.log(usage)
} else {
  const config = readConfig(process.env)
  const db = createDb(config.DATABASE_URL, 2)
  try {
    console.log(await command(db, values.organisation ?? config.DEFAULT_ORGANISATION))
  } catch (error) {
    console.error(error instanceof CommandRefused ? error.message : 'The rule could not be changed.')
    process.exitCode = 1
  } finally {
    await db.destroy()
  }
}
