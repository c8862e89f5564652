import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { useLanguage } from '@isocenter/design-system'
import { Button, Flex, Form, Input, Select } from 'antd'
import type { Hours } from '../../../src/configuration/hours.ts'
import { useConsoleWords } from '../words/index.ts'

const isoDays = [1, 2, 3, 4, 5, 6, 7]
const time = [{ required: true, pattern: /^([01]\d|2[0-3]):[0-5]\d$/, message: 'HH:MM' }]

/** Names of the days of the week in the language at hand; ISO 8601 counts them from 1, Monday. */
export function useDayNames(): (isoDay: number) => string {
  const { language } = useLanguage()
  const format = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' })
  // The first of January 2024 was a Monday.
  return (isoDay) => format.format(new Date(Date.UTC(2024, 0, isoDay)))
}

/** Spans of the day in words: 18:00–07:00 (Mon, Tue). */
export function useHoursText(): (spans: readonly Hours[]) => string {
  const { formats } = useLanguage()
  const dayName = useDayNames()
  return (spans) => formats.list(spans.map(({ from, to, days }) => `${from}–${to}${days ? ` (${days.map(dayName).join(', ')})` : ''}`))
}

/** Spans of the day, each on some days of the week or on every one. */
export function HoursFields({ name, label, hint }: { readonly name: string | string[]; readonly label: string; readonly hint: string }) {
  const { hours: words, actions } = useConsoleWords()
  const dayName = useDayNames()
  return (
    <Form.Item label={label} extra={hint}>
      <Form.List name={name}>
        {(fields, { add, remove }) => (
          <Flex vertical gap="middle">
            {fields.map(({ key, name: index }) => (
              <Flex key={key} vertical gap={4}>
                <Flex gap="small" align="center">
                  <Form.Item name={[index, 'from']} rules={time} noStyle><Input type="time" aria-label={words.from} /></Form.Item>
                  <span aria-hidden>–</span>
                  <Form.Item name={[index, 'to']} rules={time} noStyle><Input type="time" aria-label={words.until} /></Form.Item>
                  <Button type="text" icon={<DeleteOutlined aria-hidden />} aria-label={actions.remove} onClick={() => { remove(index) }} />
                </Flex>
                <Form.Item name={[index, 'days']} noStyle>
                  <Select mode="multiple" aria-label={words.days} placeholder={words.everyDay} options={isoDays.map((value) => ({ value, label: dayName(value) }))} />
                </Form.Item>
              </Flex>
            ))}
            <div><Button size="small" icon={<PlusOutlined aria-hidden />} onClick={() => { add({ from: '18:00', to: '07:00' } satisfies Hours) }}>{actions.add}</Button></div>
          </Flex>
        )}
      </Form.List>
    </Form.Item>
  )
}

/** Spans as a time field shows them: it has no 24:00, and an end at 00:00 means the same. */
export const shownHours = (spans: readonly Hours[] | undefined): Hours[] => (spans ?? []).map((span) => (span.to === '24:00' ? { ...span, to: '00:00' } : span))

/** Spans as the gateway takes them: no days at all are every day. */
export const hoursOf = (spans: readonly Hours[] | undefined): Hours[] =>
  (spans ?? []).map(({ from, to, days }) => ({ from, to, ...(days && days.length > 0 && { days: days.toSorted((one, other) => one - other) }) }))
