import { must, same } from '../expect.ts'
import { check, type Check } from '../suite.ts'
import type { DimseContext } from './node.ts'
import { eventually } from './programs.ts'
import { findscu, findscuWith, valuesOf } from './query.ts'

const StudyInstanceUID = '0020,000d'

const ctOf = ({ fixtures: { ct: [first] } }: DimseContext) => {
  must(first, 'no CT')
  return first
}

/** PS3.4 Annex C: C-FIND in the patient root and study root models. */
export const queryChecks: readonly Check<DimseContext>[] = [
  check(540, 'M', 'studies of a patient, with the keys that were asked for', async (context) => {
    const { node, fixtures } = context
    await eventually(async () => {
      const answers = await findscu(node, '-S', 'QueryRetrieveLevel=STUDY', `PatientID=D-${fixtures.run}`, 'StudyInstanceUID', 'StudyDate', 'AccessionNumber')
      must(valuesOf(answers, StudyInstanceUID).includes(ctOf(context).StudyInstanceUID) && valuesOf(answers, StudyInstanceUID).includes(fixtures.mr.StudyInstanceUID), 'not both studies are found')
      same(answers.status, 'Success', 'final status')
      same(answers.matches.find((match) => match.get(StudyInstanceUID) === ctOf(context).StudyInstanceUID)?.get('0008,0050'), `A-${fixtures.run}`, 'AccessionNumber')
    })
  }),
  check(541, 'M', 'a patient once, in the patient root model', async ({ node, fixtures: { run } }) => {
    const answers = await findscu(node, '-P', 'QueryRetrieveLevel=PATIENT', `PatientID=D-${run}`, 'PatientName')
    same(valuesOf(answers, '0010,0010'), [`Dimse${run}^Jane`], 'PatientName')
  }),
  check(542, 'M', 'wild cards', async (context) => {
    const { node, fixtures: { run } } = context
    for (const name of [`Dimse${run}*`, `*${run}^Jan?`]) {
      must(valuesOf(await findscu(node, '-S', 'QueryRetrieveLevel=STUDY', `PatientName=${name}`, 'StudyInstanceUID'), StudyInstanceUID).includes(ctOf(context).StudyInstanceUID), `${name} does not find the study`)
    }
  }),
  check(543, 'M', 'ranges of dates', async (context) => {
    const { node, fixtures: { run, mr } } = context
    const on = async (range: string) => valuesOf(await findscu(node, '-S', 'QueryRetrieveLevel=STUDY', `PatientID=D-${run}`, `StudyDate=${range}`, 'StudyInstanceUID'), StudyInstanceUID)
    const [before, after, between] = [await on('-20251231'), await on('20260101-'), await on('20250101-20250131')]
    same([before, between], [[mr.StudyInstanceUID], [mr.StudyInstanceUID]], 'studies found')
    must(after.includes(ctOf(context).StudyInstanceUID) && !after.includes(mr.StudyInstanceUID), 'an open range finds others')
  }),
  check(544, 'M', 'lists of UIDs', async (context) => {
    const { node, fixtures: { mr } } = context
    const wanted = [ctOf(context).StudyInstanceUID, mr.StudyInstanceUID]
    same(valuesOf(await findscu(node, '-S', 'QueryRetrieveLevel=STUDY', `StudyInstanceUID=${wanted.join('\\')}`), StudyInstanceUID).toSorted(), wanted.toSorted(), 'studies found')
  }),
  check(545, 'M', 'series of a study, and instances of a series', async (context) => {
    const { node, fixtures: { ct } } = context
    const { StudyInstanceUID: study, SeriesInstanceUID: series } = ctOf(context)
    same((await findscu(node, '-S', 'QueryRetrieveLevel=SERIES', `StudyInstanceUID=${study}`, 'SeriesInstanceUID', 'Modality')).matches.length, 2, 'series')
    same(valuesOf(await findscu(node, '-S', 'QueryRetrieveLevel=IMAGE', `StudyInstanceUID=${study}`, `SeriesInstanceUID=${series}`, 'SOPInstanceUID'), '0008,0018').toSorted(),
      ct.filter((one) => one.SeriesInstanceUID === series).map(({ SOPInstanceUID }) => SOPInstanceUID).toSorted(), 'instances')
  }),
  check(546, 'M', 'every answer says its level', async ({ node, fixtures: { run } }) => {
    same([...new Set(valuesOf(await findscu(node, '-S', 'QueryRetrieveLevel=STUDY', `PatientID=D-${run}`, 'StudyInstanceUID'), '0008,0052'))], ['STUDY'], 'QueryRetrieveLevel')
  }),
  check(547, 'M', 'a level that the model does not have is a failure', async ({ node }) => {
    const { matches, status } = await findscu(node, '-S', 'QueryRetrieveLevel=PATIENT', 'PatientID=D-1')
    same(matches.length, 0, 'matches')
    must(status !== 'Success', 'the final status is success')
  }),
  check(548, 'M', 'nothing matches: no answer, and success', async ({ node }) => {
    const { matches, status } = await findscu(node, '-S', 'QueryRetrieveLevel=STUDY', 'StudyInstanceUID=2.25.99999999999')
    same([matches.length, status], [0, 'Success'], 'matches and status')
  }),
  check(549, 'M', 'C-CANCEL ends a query', async ({ node }) => {
    const { status } = await findscuWith(node, ['-S', '--cancel', '1'], 'QueryRetrieveLevel=STUDY', 'StudyInstanceUID')
    must(/Cancel|Success/.test(status), `the final status is ${status}`)
  }),
  check(550, 'C', 'a requestor of small PDUs, and one of Implicit VR alone', async ({ node, fixtures: { run } }) => {
    for (const options of [['-S', '-pdu', '4096'], ['-S', '-xi'], ['-S', '-xb']]) {
      const keys = ['QueryRetrieveLevel=STUDY', `PatientID=D-${run}`, 'StudyDate=20260214', `AccessionNumber=A-${run}`, 'StudyInstanceUID']
      same((await findscuWith(node, options, ...keys)).matches.length, 1, `matches with ${options.join(' ')}`)
    }
  }),
]
