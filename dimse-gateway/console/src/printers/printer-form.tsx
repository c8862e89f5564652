import { mediumTypeText } from '@isocenter/contracts/film-printer-words'
import { filmColours, filmSizeName, filmSizes, maxFilmCopies, mediumTypes } from '@isocenter/contracts/film-terms'
import { FormDrawer, useLanguage, withoutEmpty } from '@isocenter/design-system'
import { Collapse, Form, Input, InputNumber, Select } from 'antd'
import type { Printer } from '../../../src/configuration/printers.ts'
import type { Configuration } from '../../../src/configuration/schema.ts'
import { request } from '../api/client.ts'
import { aeTitlePattern } from '../parts/ae-title.ts'
import { SwitchField } from '../parts/switch-field.tsx'
import { useConsoleWords } from '../words/index.ts'

type Values = Partial<Omit<Printer, 'id'>> & { readonly hasTls?: boolean }

/** Adds a film printer, or changes one. */
export function PrinterForm({ printer, onClose }: { readonly printer: Printer | undefined; readonly onClose: () => void }) {
  const { printers: words, nodes, service } = useConsoleWords()
  const { language } = useLanguage()
  const save = async (values: Values) => {
    if (!printer) return request('POST', '/printers', { body: bodyOf(values, undefined) })
    const { printers } = await request<Configuration>('GET', '/configuration')
    return request('PUT', `/printers/${printer.id}`, { body: bodyOf(values, printers.find(({ id }) => id === printer.id) ?? printer) })
  }
  return (
    <FormDrawer<Values> title={printer ? words.editTitle : words.add} initialValues={valuesOf(printer)} onClose={onClose} onSubmit={save}>
      {() => (
        <>
          <Form.Item name="name" label={words.name} extra={words.nameHint} rules={[{ required: true, whitespace: true, message: nodes.required }]}><Input maxLength={100} /></Form.Item>
          <Form.Item name="host" label={nodes.host} rules={[{ required: true, whitespace: true, message: nodes.required }]}><Input maxLength={253} spellCheck={false} className="mono" /></Form.Item>
          <Form.Item name="port" label={nodes.port} rules={[{ required: true, type: 'integer', min: 1, max: 65_535, message: service.portInvalid }]}><InputNumber precision={0} style={{ width: 160 }} /></Form.Item>
          <Form.Item name="calledAETitle" label={words.calledAETitle} rules={[{ required: true, pattern: aeTitlePattern, message: service.aeTitleInvalid }]}><Input maxLength={16} spellCheck={false} className="mono" /></Form.Item>
          <Form.Item name="callingAETitle" label={words.callingAETitle} extra={nodes.callingHint} rules={[{ pattern: aeTitlePattern, message: service.aeTitleInvalid }]}><Input maxLength={16} spellCheck={false} className="mono" /></Form.Item>
          <Form.Item name="colour" label={words.colour} rules={[{ required: true }]}><Select options={filmColours.map((value) => ({ value, label: words.colours[value] }))} /></Form.Item>
          <Form.Item name="filmSizes" label={words.filmSizes} extra={words.filmSizesHint} rules={[{ required: true, type: 'array', min: 1, message: words.filmSizesMissing }]}><Select mode="multiple" showSearch={{ optionFilterProp: 'label' }} options={filmSizes.map((value) => ({ value, label: filmSizeName(value) }))} /></Form.Item>
          <Form.Item name="mediumTypes" label={words.media} extra={words.mediaHint} rules={[{ type: 'array', max: 10, defaultField: { type: 'string', pattern: /^[A-Z0-9_ ]{1,16}$/, message: words.mediumInvalid } }]}><Select mode="tags" showSearch={{ optionFilterProp: 'label' }} options={mediumTypes.map((value) => ({ value, label: mediumTypeText(value, language) }))} /></Form.Item>
          <Form.Item name="maxCopies" label={words.maxCopies} rules={[{ required: true, type: 'integer', min: 1, max: maxFilmCopies, message: `1–${maxFilmCopies}` }]}><InputNumber precision={0} style={{ width: 160 }} /></Form.Item>
          <Collapse ghost items={[{ key: 'tls', label: nodes.tls, forceRender: true, children: (
            <>
              <SwitchField name="hasTls" label={nodes.hasTls} hint={words.hasTlsHint} />
              <Form.Item name={['tls', 'certificateAuthority']} label={nodes.authority} extra={nodes.authorityHint}><Input.TextArea rows={3} spellCheck={false} className="mono" /></Form.Item>
              <Form.Item name={['tls', 'serverName']} label={nodes.serverName} extra={nodes.serverNameHint}><Input maxLength={253} spellCheck={false} className="mono" /></Form.Item>
            </>
          ) }]} />
        </>
      )}
    </FormDrawer>
  )
}

const valuesOf = (printer: Printer | undefined): Values => ({ port: 104, colour: 'grayscale', filmSizes: ['14INX17IN'], mediumTypes: [], maxCopies: 5, ...printer, hasTls: printer?.tls !== undefined })

/** The printer as it is sent: what the form does not show stays as `printer` has it. */
function bodyOf({ hasTls, tls, ...values }: Values, printer: Printer | undefined): object {
  const { id: _id, ...kept } = printer ?? {}
  return withoutEmpty({ ...kept, ...values, tls: hasTls === true ? withoutEmpty({ ...tls }) : undefined })
}
