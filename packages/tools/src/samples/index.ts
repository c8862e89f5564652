import { chest, head } from './anatomy.ts'
import { ctSeries } from './ct.ts'
import { dxImage } from './dx.ts'
import { mrSeries } from './mr.ts'
import { patients } from './patients.ts'
import { studyAttributes, type SampleStudy } from './study.ts'
import { usCine } from './us.ts'

export type { Sample, SampleStudy } from './study.ts'

const chestCt = studyAttributes('chest ct', patients.wang, { date: '20261103', time: '091500', description: 'CT CHEST', accession: 'SAMPLE-CT-0001' })
const headCt = studyAttributes('head ct', patients.muller, { date: '20261028', time: '221140', description: 'CT HEAD NATIVE', accession: 'SAMPLE-CT-0002' })
const headMr = studyAttributes('head mr', patients.li, { date: '20261105', time: '143000', description: 'MR BRAIN', accession: 'SAMPLE-MR-0001' })
const priorDx = studyAttributes('chest dx', patients.wang, { date: '20251120', time: '083020', description: 'CHEST PA', accession: 'SAMPLE-DX-0001' })
const childDx = studyAttributes('child dx', patients.ouyang, { date: '20261110', time: '101200', description: '胸部正位', accession: 'SAMPLE-DX-0002' })
const heartUs = studyAttributes('heart us', patients.yamada, { date: '20261101', time: '160500', description: 'Echocardiography', accession: 'SAMPLE-US-0001' })

const chestGeometry = { name: 'chest ct', study: chestCt, solids: chest, BodyPartExamined: 'CHEST', fieldOfView: 400, from: -130 }

/** Studies of our own making: phantoms with sound geometry, so that measurements, MPR and linking work on them. No real person is in them. */
export const sampleStudies: readonly SampleStudy[] = [
  {
    title: 'CT of a chest, lung and soft tissue series', numberOfInstances: 140,
    *instances() {
      yield* ctSeries({ ...chestGeometry, SeriesNumber: 2, SeriesDescription: 'Mediastinum 5.0', ConvolutionKernel: 'B30f', WindowCenter: 40, WindowWidth: 400, spacing: 5, slices: 40, noise: 9 })
      yield* ctSeries({ ...chestGeometry, SeriesNumber: 3, SeriesDescription: 'Lung 2.0', ConvolutionKernel: 'B70f', WindowCenter: -600, WindowWidth: 1500, spacing: 2, slices: 100, noise: 30 })
    },
  },
  {
    title: 'CT of a head', numberOfInstances: 40,
    instances: () => ctSeries({
      name: 'head ct',
      study: headCt,
      solids: head,
      SeriesNumber: 2,
      SeriesDescription: 'Head 4.0',
      BodyPartExamined: 'HEAD',
      ConvolutionKernel: 'H31s',
      WindowCenter: 40,
      WindowWidth: 80,
      fieldOfView: 230,
      spacing: 4,
      from: -78,
      slices: 40,
      noise: 4,
    }),
  },
  {
    title: 'MR of a brain, four series', numberOfInstances: 108,
    *instances() {
      const series = { name: 'head mr', study: headMr }
      yield* mrSeries({ ...series, SeriesNumber: 1, weighting: 'T1', orientation: 'sagittal', slices: 24, spacing: 6 })
      yield* mrSeries({ ...series, SeriesNumber: 2, weighting: 'T2', orientation: 'axial', slices: 28, spacing: 5.5 })
      yield* mrSeries({ ...series, SeriesNumber: 3, weighting: 'FLAIR', orientation: 'axial', slices: 28, spacing: 5.5 })
      yield* mrSeries({ ...series, SeriesNumber: 4, weighting: 'T1', orientation: 'axial', slices: 28, spacing: 5.5 })
    },
  },
  { title: 'Radiograph of a chest, an earlier study of the first patient', numberOfInstances: 1, instances: () => dxImage('chest dx', priorDx) },
  { title: 'Radiograph of a chest, described in Chinese', numberOfInstances: 1, instances: () => dxImage('child dx', childDx) },
  { title: 'Ultrasound cine of a heart', numberOfInstances: 1, instances: () => usCine('heart us', heartUs) },
]
