/** What film printers say of themselves, in words: Printer Status (2110,0010) and Printer Status Info (2110,0020), PS3.3 §C.13.9.1; and the media they print on. */
import type { mediumTypes } from './film-terms.ts'

export const printerStatuses = ['NORMAL', 'WARNING', 'FAILURE'] as const
export type PrinterStatus = typeof printerStatuses[number]

const statuses = {
  'en': { NORMAL: 'Ready', WARNING: 'Ready, but something needs attention', FAILURE: 'Not ready' },
  'zh-CN': { NORMAL: '就绪', WARNING: '就绪，但需要处理', FAILURE: '未就绪' },
} satisfies Readonly<Record<string, Readonly<Record<PrinterStatus, string>>>>

const media = {
  'en': { 'BLUE FILM': 'Blue film', 'CLEAR FILM': 'Clear film', 'MAMMO BLUE FILM': 'Blue film for mammograms', 'MAMMO CLEAR FILM': 'Clear film for mammograms', 'PAPER': 'Paper' },
  'zh-CN': { 'BLUE FILM': '蓝片', 'CLEAR FILM': '透明片', 'MAMMO BLUE FILM': '乳腺蓝片', 'MAMMO CLEAR FILM': '乳腺透明片', 'PAPER': '纸张' },
} satisfies Readonly<Record<string, Readonly<Record<typeof mediumTypes[number], string>>>>

const en = {
  'BAD RECEIVE MGZ': 'The receive magazine is faulty', 'BAD SUPPLY MGZ': 'The supply magazine is faulty', 'CALIBRATING': 'The printer is calibrating itself', 'CALIBRATION ERR': 'Calibration has failed',
  'CHECK CHEMISTRY': 'Check the chemicals', 'CHECK SORTER': 'Check the sorter', 'CHEMICALS EMPTY': 'The chemicals are used up', 'CHEMICALS LOW': 'The chemicals are running low', 'COVER OPEN': 'A cover is open',
  'ELEC CONFIG ERR': 'The electronics are not set up right', 'ELEC DOWN': 'The electronics do not work', 'ELEC SW ERROR': 'The printer\'s software has failed', 'FILM JAM': 'A film is jammed', 'FILM TRANSP ERR': 'The film transport has failed',
  'FINISHER EMPTY': 'The finisher is empty', 'FINISHER ERROR': 'The finisher has failed', 'FINISHER LOW': 'The finisher is running low', 'NO RECEIVE MGZ': 'The receive magazine is missing', 'NO RIBBON': 'The ribbon is missing', 'NO SUPPLY MGZ': 'The supply magazine is missing',
  'CHECK PRINTER': 'Check the printer', 'CHECK PROC': 'Check the processor', 'PRINTER DOWN': 'The printer is down', 'PRINTER BUSY': 'The printer is busy', 'PRINT BUFFER FULL': 'The printer\'s memory is full', 'PRINTER INIT': 'The printer is starting', 'PRINTER OFFLINE': 'The printer is offline',
  'PROC DOWN': 'The processor is down', 'PROC INIT': 'The processor is starting', 'PROC OVERFLOW FL': 'The processor\'s overflow is full', 'PROC OVERFLOW HI': 'The processor\'s overflow is high', 'QUEUED': 'Films wait in its queue', 'RECEIVER FULL': 'The receive magazine is full',
  'REQ MED NOT INST': 'The film asked for is not loaded', 'REQ MED NOT AVAI': 'The film asked for is not available', 'RIBBON ERROR': 'The ribbon has failed', 'SUPPLY EMPTY': 'It is out of film', 'SUPPLY LOW': 'Film is running low', 'UNKNOWN': 'It does not say why', 'NORMAL': 'Everything is in order',
} satisfies Readonly<Record<string, string>>

const zhCN: Readonly<Record<keyof typeof en, string>> = {
  'BAD RECEIVE MGZ': '收片盒故障', 'BAD SUPPLY MGZ': '供片盒故障', 'CALIBRATING': '打印机正在校准', 'CALIBRATION ERR': '校准失败',
  'CHECK CHEMISTRY': '请检查药液', 'CHECK SORTER': '请检查分拣器', 'CHEMICALS EMPTY': '药液已用完', 'CHEMICALS LOW': '药液不足', 'COVER OPEN': '机盖未关',
  'ELEC CONFIG ERR': '电子部件配置错误', 'ELEC DOWN': '电子部件不工作', 'ELEC SW ERROR': '打印机软件出错', 'FILM JAM': '卡片', 'FILM TRANSP ERR': '传片故障',
  'FINISHER EMPTY': '后处理装置已空', 'FINISHER ERROR': '后处理装置故障', 'FINISHER LOW': '后处理装置耗材不足', 'NO RECEIVE MGZ': '缺少收片盒', 'NO RIBBON': '缺少色带', 'NO SUPPLY MGZ': '缺少供片盒',
  'CHECK PRINTER': '请检查打印机', 'CHECK PROC': '请检查洗片机', 'PRINTER DOWN': '打印机停机', 'PRINTER BUSY': '打印机正忙', 'PRINT BUFFER FULL': '打印机内存已满', 'PRINTER INIT': '打印机正在启动', 'PRINTER OFFLINE': '打印机离线',
  'PROC DOWN': '洗片机停机', 'PROC INIT': '洗片机正在启动', 'PROC OVERFLOW FL': '洗片机溢流已满', 'PROC OVERFLOW HI': '洗片机溢流液位过高', 'QUEUED': '有胶片在队列中等待', 'RECEIVER FULL': '收片盒已满',
  'REQ MED NOT INST': '未装入所需胶片', 'REQ MED NOT AVAI': '没有所需胶片', 'RIBBON ERROR': '色带故障', 'SUPPLY EMPTY': '胶片已用完', 'SUPPLY LOW': '胶片不足', 'UNKNOWN': '打印机未说明原因', 'NORMAL': '一切正常',
}

const sizes = {
  'en': { EMPTY: (film: string) => `Out of film: ${film}`, LOW: (film: string) => `Film is running low: ${film}` },
  'zh-CN': { EMPTY: (film: string) => `胶片已用完：${film}`, LOW: (film: string) => `胶片不足：${film}` },
}
const words = { en, 'zh-CN': zhCN }

/** A term nobody knows is shown as the printer says it. */
export function printerStatusText(status: string, language: keyof typeof statuses): string {
  return Object.hasOwn(statuses[language], status) ? statuses[language][status as PrinterStatus] : status
}

/** As {@link printerStatusText}, of a Medium Type (2000,0030). */
export function mediumTypeText(medium: string, language: keyof typeof statuses): string {
  return Object.hasOwn(media[language], medium) ? media[language][medium as typeof mediumTypes[number]] : medium
}

/** As {@link printerStatusText}; of the sizes a printer may be out of, the film is named. */
export function printerStatusInfoText(info: string, language: keyof typeof statuses): string {
  if (Object.hasOwn(words[language], info)) return words[language][info as keyof typeof en]
  const [, what, film = ''] = /^(EMPTY|LOW) (.+)$/.exec(info) ?? []
  return what === undefined ? info : sizes[language][what as 'EMPTY' | 'LOW'](film)
}
