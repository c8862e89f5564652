import { film, session } from '@isocenter/api-client'
import { filmColours, filmOrientations, filmSizeName, filmSizes, filmTexts, maxFilmColumns, maxFilmsOfJob, maxPrintedImages, mediumTypeText, printPriorities, sheetsOf, type FilmItem, type FilmPrinter, type PrintJob } from '@isocenter/contracts'
import { Loaded, useAction, useLanguage, usePreference, useProblemText, useResource, type ProblemLike } from '@isocenter/design-system'
import { Alert, App, Button, Checkbox, Form, InputNumber, Select, Switch, Tag } from 'antd'
import type { ItemProblem } from './basket.tsx'
import { asDocument, destinationOf, fitting, layouts, ownLayout, printerOf, remembered, requestOf, type PrintFields } from './print-settings.ts'
import { Sheets } from './sheets.tsx'
import { useFilmWords, type FilmWords } from './words.ts'

interface PanelProps {
  readonly organisationId: string
  readonly accountId: string
  /** To be printed, in their order. */
  readonly chosen: readonly FilmItem[]
  readonly onProblem: (problem: ItemProblem | undefined) => void
  readonly onPrinted: (job: PrintJob) => void
}

/** Where to and how the chosen images are printed, and how the films will look (FILM-04). */
export function PrintPanel(props: PanelProps) {
  const words = useFilmWords()
  const printers = useResource(props.organisationId, (signal) => film(session.api.of(props.organisationId)).printers(signal))
  return <section aria-label={words.settings} className="film-panel"><Loaded resource={printers}>{({ items }) => <PrintForm {...props} printers={items} />}</Loaded></section>
}

function PrintForm({ organisationId, accountId, chosen, printers, onProblem, onPrinted }: PanelProps & { readonly printers: readonly FilmPrinter[] }) {
  const words = useFilmWords()
  const { language } = useLanguage()
  const problemText = useProblemText()
  const { message } = App.useApp()
  const [lastUsed, remember] = usePreference(`film.${organisationId}.${accountId}`)
  const printing = useAction()
  const [form] = Form.useForm<PrintFields>()
  const begin = remembered(lastUsed, printers)
  const fields = fitting({ ...begin, ...(Form.useWatch([], form) as Partial<PrintFields> | undefined) }, printers)
  const printer = printerOf(fields.destination, printers)
  const sheets = sheetsOf(chosen.length, fields)
  const patients = new Set(chosen.map(({ patient }) => patient)).size
  const refusal = chosen.length === 0 ? words.noneChosen : patients > 1 ? words.severalPatients(patients) : chosen.length > maxPrintedImages ? words.tooManyImages(maxPrintedImages) : sheets > maxFilmsOfJob ? words.tooManyFilms(maxFilmsOfJob) : undefined

  /** What the chosen printer does not do is replaced; a number is left alone while it is typed. */
  const fit = (all: PrintFields) => {
    const { columns: _columns, rows: _rows, copies, ...rest } = fitting({ ...begin, ...all }, printers)
    form.setFieldsValue({ ...rest, ...(all.copies > copies && { copies }) })
  }
  const print = async () => {
    onProblem(undefined)
    const values = fitting({ ...begin, ...form.getFieldsValue(true) as PrintFields }, printers)
    await printing.run(async () => {
      try {
        const job = await film(session.api.of(organisationId)).print(requestOf(values, chosen.map(({ itemId }) => itemId), printers, language))
        remember(JSON.stringify({ ...values, keepsItems: undefined }))
        void message.success(job.printer ? words.sent(job.printer.printerName) : words.documentMade)
        onPrinted(job)
      } catch (error) {
        const at = chosen[positionOf(error) - 1]
        if (at) onProblem({ itemId: at.itemId, text: words.refusals[reasonOf(error)] ?? '' })
        throw error
      }
    }, { isQuiet: true })
  }
  return (
    <>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={begin} onFinish={() => void print()} onValuesChange={(_, all) => { fit(all); printing.forget(); onProblem(undefined) }}>
        <Form.Item name="destination" label={words.destination} extra={printer && !printer.isReachable ? words.awayHint : undefined}>
          <Select options={[...printers.map((one) => ({ value: destinationOf(one), label: <PrinterName printer={one} /> })), { value: asDocument, label: words.document }]} />
        </Form.Item>
        <div className="film-fields">
          <Form.Item name="layout" label={words.layout}><Select options={[...layouts.map((value) => ({ value, label: value.replace('x', ' × ') })), { value: ownLayout, label: words.own }]} /></Form.Item>
          {fields.layout === ownLayout && (
            <>
              <Form.Item name="columns" label={words.columns}><InputNumber min={1} max={maxFilmColumns} precision={0} /></Form.Item>
              <Form.Item name="rows" label={words.rows}><InputNumber min={1} max={maxFilmColumns} precision={0} /></Form.Item>
            </>
          )}
          <Form.Item name="FilmSizeID" label={words.size}><Select options={(printer?.filmSizes ?? filmSizes).map((value) => ({ value, label: filmSizeName(value) }))} /></Form.Item>
          <Form.Item name="FilmOrientation" label={words.orientation}><Select options={filmOrientations.map((value) => ({ value, label: words.orientations[value] }))} /></Form.Item>
          {printer?.colour === 'color' && <Form.Item name="colour" label={words.colour}><Select options={filmColours.map((value) => ({ value, label: words.colours[value] }))} /></Form.Item>}
          {printer && <Form.Item name="copies" label={words.copies}><InputNumber min={1} max={printer.maxCopies} precision={0} /></Form.Item>}
          {printer && printer.mediumTypes.length > 0 && <Form.Item name="MediumType" label={words.medium}><Select options={['', ...printer.mediumTypes].map((value) => ({ value, label: value === '' ? words.mediumOwn : mediumTypeText(value, language) }))} /></Form.Item>}
          {printer && <Form.Item name="PrintPriority" label={words.priority}><Select options={printPriorities.map((value) => ({ value, label: words.priorities[value] }))} /></Form.Item>}
        </div>
        <Form.Item name="texts" label={words.texts} extra={words.textsHint}><Checkbox.Group options={filmTexts.map((value) => ({ value, label: words.textNames[value] }))} /></Form.Item>
        <Form.Item name="isTrueSize" label={words.trueSize} valuePropName="checked" extra={words.trueSizeHint}><Switch /></Form.Item>
        <Form.Item name="keepsItems" valuePropName="checked"><Checkbox>{words.keeps}</Checkbox></Form.Item>
        <div role="alert">
          {printing.problem && <Alert type="error" showIcon title={refusalText(printing.problem, words) ?? problemText(printing.problem)} className="film-problem" />}
          {refusal !== undefined && <Alert type={patients > 1 ? 'warning' : 'info'} showIcon title={refusal} className="film-problem" />}
        </div>
        <Button type="primary" htmlType="submit" block loading={printing.isBusy} disabled={refusal !== undefined}>{printer ? words.printFilms(sheets, fields.copies) : words.makeDocument(sheets)}</Button>
      </Form>
      {refusal === undefined && (
        <section aria-label={words.preview}>
          <h2 className="card-title">{words.preview}</h2>
          <p className="hint">{fields.isTrueSize ? words.previewTrueSize : words.previewHint}</p>
          <Sheets organisationId={organisationId} items={chosen} settings={fields} />
        </section>
      )}
    </>
  )
}

function PrinterName({ printer: { name, gatewayName, isReachable } }: { readonly printer: FilmPrinter }) {
  const words = useFilmWords()
  return <>{words.printerOf(name, gatewayName)} <Tag color={isReachable ? 'success' : 'warning'}>{isReachable ? words.reachable : words.away}</Tag></>
}

const membersOf = (error: unknown): Readonly<Record<string, unknown>> => (typeof error === 'object' && error !== null && 'members' in error ? (error as ProblemLike).members ?? {} : {})
/** Of the image a problem is about, from 1; 0 for none. */
const positionOf = (error: unknown): number => Number(membersOf(error)['position'] ?? 0)
function reasonOf(error: unknown): string {
  const { reason } = membersOf(error)
  return typeof reason === 'string' ? reason : ''
}

function refusalText(problem: ProblemLike, words: FilmWords): string | undefined {
  const text = words.refusals[reasonOf(problem)]
  const position = positionOf(problem)
  return text !== undefined && position > 0 ? words.atImage(position, text) : text
}
