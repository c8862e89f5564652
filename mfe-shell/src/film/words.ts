import { useWords, type Translations } from '@isocenter/design-system'
import type { PrintFailureReason, PrintSettings, PrintState } from '@isocenter/contracts'

const count = (n: number, one: string, many: string) => (n === 1 ? `1 ${one}` : `${String(n)} ${many}`)

const en = {
  title: 'Film', basket: 'Basket', basketOf: (n: number) => `Basket ${String(n)}`, history: 'Print history',
  emptyBasket: 'Nothing is collected', emptyBasketHint: 'In the viewer, F6 collects the image that is shown and F7 its series.', toStudies: 'To the studies',
  chosen: (n: number, all: number) => `${String(n)} of ${count(all, 'image', 'images')} chosen`, empty: 'Empty the basket …', removeStudy: 'Remove', removeAllOf: (study: string) => `Remove the images of ${study}`,
  emptyTitle: 'Empty the basket?', removeStudyTitle: 'Remove the images of this study?', emptyHint: 'They only leave the basket. The studies stay as they are.', emptyAction: 'Remove',
  unnamed: 'Without a name', noPicture: 'No picture',
  image: (nth: number, what: string) => `Image ${String(nth)}: ${what}`, series: (n: string) => `Series ${n}`, number: (n: string) => `#${n}`, frame: (n: number) => `frame ${String(n)}`, window: (center: number, width: number) => `W ${String(Math.round(width))} L ${String(Math.round(center))}`,
  inverted: 'Inverted', turned: (degrees: number) => `Turned ${String(degrees)}°`, mirrored: 'Mirrored', part: 'Part of the image',
  print: (image: string) => `Print ${image}`, earlier: (image: string) => `Earlier: ${image}`, later: (image: string) => `Later: ${image}`, remove: (image: string) => `Remove ${image}`, movedTo: (nth: number, all: number) => `Now at place ${String(nth)} of ${String(all)}`,
  settings: 'Print', destination: 'Where to', document: 'A PDF document', printerOf: (printer: string, gateway: string) => `${printer} (${gateway})`, reachable: 'Reachable', away: 'Gateway away',
  awayHint: 'The gateway of this printer does not report. What you send waits up to twelve hours for it.',
  layout: 'Columns × rows', own: 'Own', columns: 'Columns', rows: 'Rows', size: 'Film', orientation: 'Orientation', orientations: { PORTRAIT: 'Upright', LANDSCAPE: 'Lying' } satisfies Record<PrintSettings['FilmOrientation'], string>,
  colour: 'Colour', colours: { grayscale: 'Greys', color: 'Colours' } satisfies Record<PrintSettings['colour'], string>, copies: 'Copies', medium: 'Medium', mediumOwn: 'As the printer has it',
  priority: 'Priority', priorities: { HIGH: 'High', MED: 'Normal', LOW: 'Low' } satisfies Record<PrintSettings['PrintPriority'], string>,
  texts: 'Texts in the corners', textNames: { patient: 'Patient', technique: 'Technique' } satisfies Record<PrintSettings['texts'][number], string>, textsHint: 'Burned into the images on the film, beside how they lie.',
  trueSize: 'True size', trueSizeHint: 'A centimetre of the body is a centimetre on the film.', keeps: 'Keep the images in the basket',
  noneChosen: 'Choose an image at least.', tooManyImages: (most: number) => `At most ${String(most)} images are printed at once.`, tooManyFilms: (most: number) => `At most ${String(most)} films are printed at once: choose fewer images, or more on a film.`,
  severalPatients: (n: number) => `Images of ${String(n)} patients would stand together. Choose one patient's at a time.`,
  printFilms: (films: number, copies: number) => (copies > 1 ? `Print ${count(films, 'film', 'films')}, ${String(copies)} copies` : `Print ${count(films, 'film', 'films')}`), makeDocument: (pages: number) => `Make a document of ${count(pages, 'page', 'pages')}`,
  sent: (printer: string) => `Sent to ${printer}`, documentMade: 'The document can be opened in the print history',
  preview: 'Preview', previewHint: 'Films to scale. Texts and directions are added when it is printed.', previewTrueSize: 'Films to scale. In true size images can be smaller on the film than here, however far they were enlarged in the viewer.', sheet: (nth: number, all: number) => `Film ${String(nth)} of ${String(all)}`,
  atImage: (position: number, text: string) => `Image ${String(position)}: ${text}`,
  refusals: {
    noTrueSize: 'It does not say how large its pixels are. Print it without true size.', tooLarge: 'In true size it is larger than its place. Choose a larger film, or fewer images on it.', noColour: 'The printer prints greys alone.', noSuchFilm: 'The printer has no films of this size.',
    tooManyCopies: 'The printer does not make so many copies.', noSuchMedium: 'The printer has no such medium.', imagesGone: 'An image of it has gone, or is kept from films now.', tooManyFilms: 'These are too many films for one print.', severalPatients: 'Images of several patients would stand together. Choose one patient\'s at a time.',
  } as Readonly<Record<string, string>>,
  ofStudy: 'Prints of one study', showAll: 'Show all', noJobs: 'Nothing has been printed', noJobsHint: 'What is printed or made a document stands here.', more: 'Show more', somebody: 'Somebody',
  columnsOfJobs: { when: 'When and by whom', what: 'Images, films and printer', state: 'State', actions: 'Actions' },
  content: (images: number, sheets: number, copies: number) => `${count(images, 'image', 'images')}, ${count(sheets, 'film', 'films')}${copies > 1 ? ` × ${String(copies)}` : ''}`,
  states: { waiting: 'Waiting for the gateway', printing: 'Printing', printed: 'Printed', failed: 'Failed', expired: 'Expired', cancelled: 'Called off' } satisfies Record<PrintState, string>,
  documentReady: 'Document', expiredHint: 'The gateway did not take it within twelve hours.', jobAt: (at: string) => `Print of ${at}`, actionAt: (action: string, at: string) => `${action}: ${at}`,
  openDocument: 'Open PDF', repeat: 'Print again', cancel: 'Call off', cancelled: 'Called off', repeatTitle: (printer: string) => `Print the same once more on ${printer}?`, repeatHint: 'As many films are used again.',
  printedSoFar: (printed: number, all: number) => `${String(printed)} of ${count(all, 'film was', 'films were')} printed.`, place: (sheet: number, position: number | undefined) => (position === undefined ? `film ${String(sheet)}` : `film ${String(sheet)} image ${String(position)}`),
  reasons: {
    unknownPrinter: 'The gateway no longer has this printer.', imagesUnavailable: 'The gateway could not fetch an image.', lineDown: 'The printer cannot be reached.', timedOut: 'The printer did not answer in time.', tlsFailed: 'The secure connection to the printer failed.',
    nodeBusy: 'The printer takes no connection now.', nodeFailing: 'The printer broke off.', notAuthorised: 'The printer does not know the gateway: its AE title must be set up there.', wrongAddress: 'Nothing that prints answers at the printer\'s address, or it has another AE title.', badAnswer: 'The printer answered what no film printer answers.',
    printerNotReady: 'The printer is not ready.', printerRefused: 'The printer refused.', layoutRefused: 'The printer cannot lay out films so. Choose another layout.', colourNotSupported: 'The printer does not print in this colour.', interrupted: 'Printing was interrupted. What was printed by then nobody knows: look at the printer before you print again.',
  } satisfies Record<PrintFailureReason, string>,
  /** PS3.7 Annex C and PS3.4 §H.4, by their code as printed there. */
  statuses: {
    '0107': 'The printer does not know an attribute and left it out', '0116': 'The printer took another value than asked for', 'B600': 'The printer cannot reserve memory', 'B601': 'The printer does not collate copies', 'B602': 'A film session was empty', 'B603': 'A film was empty',
    'B604': 'The image was made smaller to fit', 'B605': 'The density asked for is out of the printer\'s range', 'B609': 'The image was cropped to fit', 'B60A': 'The image was thinned out to fit',
    '0106': 'The printer does not take a value', '0110': 'The printer could not process it', '0117': 'The printer lost the film', '0119': 'The printer does not know such films', '0120': 'The printer misses an attribute', '0124': 'The printer does not allow it', '0210': 'The printer takes it for a duplicate', '0211': 'The printer does not know the operation', '0213': 'The printer has no room left',
    'C600': 'There was no film to print', 'C601': 'The print queue is full', 'C602': 'The print queue is full', 'C603': 'The image is larger than its place', 'C605': 'The printer has no memory left for the image', 'C613': 'The image is larger than its place', 'C616': 'A film before it is not printed yet',
  } as Readonly<Record<string, string>>,
  status: (code: string) => `The printer answered ${code}`,
}
export type FilmWords = typeof en

const zhCN: FilmWords = {
  title: '胶片', basket: '待打印', basketOf: (n) => `待打印 ${String(n)}`, history: '打印历史',
  emptyBasket: '暂无待打印影像', emptyBasketHint: '在阅片器中按 F6 加入当前图像，按 F7 加入当前序列。', toStudies: '前往检查列表',
  chosen: (n, all) => `已选 ${String(n)} / ${String(all)} 幅`, empty: '清空', removeStudy: '移除', removeAllOf: (study) => `移除 ${study} 的图像`,
  emptyTitle: '清空待打印影像？', removeStudyTitle: '移除该检查的待打印图像？', emptyHint: '仅从待打印中移除，检查本身不受影响。', emptyAction: '移除',
  unnamed: '无姓名', noPicture: '无图像',
  image: (nth, what) => `第 ${String(nth)} 幅：${what}`, series: (n) => `序列 ${n}`, number: (n) => `#${n}`, frame: (n) => `第 ${String(n)} 帧`, window: (center, width) => `窗宽 ${String(Math.round(width))} 窗位 ${String(Math.round(center))}`,
  inverted: '反色', turned: (degrees) => `旋转 ${String(degrees)}°`, mirrored: '镜像', part: '局部',
  print: (image) => `打印${image}`, earlier: (image) => `前移${image}`, later: (image) => `后移${image}`, remove: (image) => `移除${image}`, movedTo: (nth, all) => `现在位于第 ${String(nth)} / ${String(all)} 位`,
  settings: '打印设置', destination: '打印到', document: 'PDF 文档', printerOf: (printer, gateway) => `${printer}（${gateway}）`, reachable: '可用', away: '网关离线',
  awayHint: '该打印机的网关离线。发送的任务最多等待十二小时。',
  layout: '列 × 行', own: '自定义', columns: '列', rows: '行', size: '胶片尺寸', orientation: '方向', orientations: { PORTRAIT: '纵向', LANDSCAPE: '横向' },
  colour: '色彩', colours: { grayscale: '灰度', color: '彩色' }, copies: '份数', medium: '介质', mediumOwn: '打印机默认',
  priority: '优先级', priorities: { HIGH: '高', MED: '普通', LOW: '低' },
  texts: '四角文字', textNames: { patient: '患者信息', technique: '检查参数' }, textsHint: '打印时写入图像，并注明方位与翻转。',
  trueSize: '真实尺寸', trueSizeHint: '胶片上的 1 厘米即人体的 1 厘米。', keeps: '打印后保留在待打印中',
  noneChosen: '请至少选择一幅图像。', tooManyImages: (most) => `一次最多打印 ${String(most)} 幅图像。`, tooManyFilms: (most) => `一次最多打印 ${String(most)} 张胶片，请减少图像，或增加每张的图像数。`,
  severalPatients: (n) => `所选图像属于 ${String(n)} 位患者，会打印在一起。请分患者打印。`,
  printFilms: (films, copies) => (copies > 1 ? `打印 ${String(films)} 张胶片，${String(copies)} 份` : `打印 ${String(films)} 张胶片`), makeDocument: (pages) => `生成 ${String(pages)} 页文档`,
  sent: (printer) => `已发送到${printer}`, documentMade: '文档可在打印历史中打开',
  preview: '预览', previewHint: '按胶片比例显示，文字和方位在打印时加入。', previewTrueSize: '按胶片比例显示。真实尺寸下，图像可能小于此处所示，与阅片器中的放大无关。', sheet: (nth, all) => `第 ${String(nth)} / ${String(all)} 张`,
  atImage: (position, text) => `第 ${String(position)} 幅：${text}`,
  refusals: {
    noTrueSize: '图像未注明像素大小，请关闭真实尺寸后打印。', tooLarge: '按真实尺寸超出所在位置，请选择更大的胶片，或减少每张的图像数。', noColour: '该打印机只能打印灰度。', noSuchFilm: '该打印机没有此尺寸的胶片。',
    tooManyCopies: '超出该打印机的最多份数。', noSuchMedium: '该打印机没有此介质。', imagesGone: '其中有图像已不存在，或已不允许打印。', tooManyFilms: '一次打印的胶片过多。', severalPatients: '所选图像属于多位患者，会打印在一起。请分患者打印。',
  },
  ofStudy: '一条检查的打印记录', showAll: '查看全部', noJobs: '暂无打印记录', noJobsHint: '打印的胶片和生成的文档会显示在这里。', more: '显示更多', somebody: '某人',
  columnsOfJobs: { when: '时间与操作人', what: '图像、胶片与打印机', state: '状态', actions: '操作' },
  content: (images, sheets, copies) => `${String(images)} 幅，${String(sheets)} 张${copies > 1 ? ` × ${String(copies)} 份` : ''}`,
  states: { waiting: '等待网关', printing: '打印中', printed: '已打印', failed: '失败', expired: '已过期', cancelled: '已取消' },
  documentReady: '文档', expiredHint: '网关十二小时内未取走。', jobAt: (at) => `${at} 的打印`, actionAt: (action, at) => `${action}：${at}`,
  openDocument: '打开 PDF', repeat: '再次打印', cancel: '取消打印', cancelled: '已取消', repeatTitle: (printer) => `在${printer}上再次打印？`, repeatHint: '将再次消耗同样数量的胶片。',
  printedSoFar: (printed, all) => `已打印 ${String(printed)} / ${String(all)} 张。`, place: (sheet, position) => (position === undefined ? `第 ${String(sheet)} 张` : `第 ${String(sheet)} 张第 ${String(position)} 幅`),
  reasons: {
    unknownPrinter: '网关已没有该打印机。', imagesUnavailable: '网关未能取得图像。', lineDown: '无法连接打印机。', timedOut: '打印机未及时应答。', tlsFailed: '与打印机的安全连接失败。',
    nodeBusy: '打印机暂不接受连接。', nodeFailing: '打印机中断了连接。', notAuthorised: '打印机不认识该网关，请在打印机上登记网关的 AE 标题。', wrongAddress: '该地址没有打印服务应答，或 AE 标题不符。', badAnswer: '打印机的应答不符合规范。',
    printerNotReady: '打印机未就绪。', printerRefused: '打印机拒绝打印。', layoutRefused: '打印机不支持该版式，请更换版式。', colourNotSupported: '打印机不支持该色彩。', interrupted: '打印被中断，已打印多少无法得知。再次打印前请先查看打印机。',
  },
  statuses: {
    '0107': '打印机忽略了不认识的属性', '0116': '打印机采用了其他取值', 'B600': '打印机无法预留内存', 'B601': '打印机不支持逐份打印', 'B602': '打印会话为空', 'B603': '胶片为空',
    'B604': '图像已缩小以适应位置', 'B605': '密度超出打印机范围', 'B609': '图像已裁剪以适应位置', 'B60A': '图像已抽样以适应位置',
    '0106': '打印机不接受某个取值', '0110': '打印机处理失败', '0117': '打印机丢失了该胶片', '0119': '打印机不认识此类胶片', '0120': '打印机缺少某个属性', '0124': '打印机不允许此操作', '0210': '打印机认为重复', '0211': '打印机不认识此操作', '0213': '打印机资源不足',
    'C600': '没有可打印的胶片', 'C601': '打印队列已满', 'C602': '打印队列已满', 'C603': '图像大于所在位置', 'C605': '打印机内存不足', 'C613': '图像大于所在位置', 'C616': '前一张胶片尚未打印',
  },
  status: (code) => `打印机应答 ${code}`,
}

const words: Translations<FilmWords> = { en, 'zh-CN': zhCN }
export const useFilmWords = (): FilmWords => useWords(words)
