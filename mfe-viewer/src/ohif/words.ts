import { language, type Language } from './language.ts'

const en = {
  notShown: 'This object is not shown as an image',
  presentationState: 'A presentation state says how other images are to be shown. The viewer shows those images as they are stored, without it.',
  plan: 'A radiotherapy plan holds numbers for a treatment, no image. The viewer has no view of it.',
  treatmentRecord: 'A record of treatment holds numbers, no image. The viewer has no view of it.',
  realWorldValues: 'This maps stored values to measured quantities. It holds no image.',
  spectroscopy: 'Spectroscopy holds spectra, no image. The viewer cannot draw them.',
  annotations: 'Bulk annotations of a slide are not drawn by the viewer. The slide itself is shown.',
  waveform: 'Waveforms of this kind cannot be drawn; the viewer draws electrocardiograms.',
  document: 'Encapsulated documents other than PDF cannot be opened by the viewer.',
  rawData: 'Raw data of the scanner are no image.',
  registration: 'A registration relates other images to each other. It holds no image.',
  unknown: 'The viewer has no view of objects of this kind.',
  withoutImages: 'The images this was made on are not in what is shown, so that it has nothing to lie upon.',
  needsEval: 'The part of the viewer that draws it makes programs out of text, which the security policy of this server forbids. Other viewers draw it; the object itself is unharmed.',
  segmentation: 'Segmentation', structures: 'Structure set', measurements: 'Measurements', parametricMap: 'Parametric map',
  unreadable: 'This image cannot be drawn',
  unreadableDetail: 'It is stored in a form the viewer cannot read, or did not arrive whole. The object itself is unharmed.',
  unplayable: 'The browser cannot play this video: it is stored as MPEG-2, as HEVC the device has no decoder for, or did not arrive whole.',
  priors: 'Earlier studies', priorsOf: 'Other studies of this patient in this organisation.', refresh: 'Refresh', loading: 'Loading …', noPatientID: 'The study has no patient ID, by which others could be found.', noPriors: 'There are no other studies of this patient.', listFailed: 'The list could not be loaded.', compare: 'Compare',
  keyImages: 'Key images', keyImage: 'Key image', markImage: 'Mark this image', marked: 'The image is marked and stored with the study.', markFailed: 'The mark could not be stored.', saving: 'Storing …', noKeyImages: 'No image of this study is marked.', noImageToMark: 'The active pane shows no single image.',
  film: 'Film', filmImage: 'Image', filmSeries: 'Series', filmImageKey: 'Collect the image for films', filmSeriesKey: 'Collect the series for films', filmAdded: 'Collected for films:', filmThere: 'Collected already; printed as it is seen now.', filmFull: 'The film basket is full. Print or remove some images first.', filmKept: 'The series is kept from films.', filmNotAllowed: 'You may not print films in this organisation.', filmFailed: 'It could not be collected. Try again.',
  report: 'Structured report', complete: 'complete', partial: 'not complete', verified: 'verified', unverified: 'not verified', yes: 'yes', noContent: 'The report has no content.',
}

export const words: Readonly<Record<Language, typeof en>> = {
  en,
  'zh-CN': {
    notShown: '该对象不作为图像显示',
    presentationState: '显示状态对象规定其他图像的显示方式。阅片器不套用它，按原样显示这些图像。',
    plan: '放疗计划只含治疗参数，不含图像，阅片器无法显示。',
    treatmentRecord: '治疗记录只含数值，不含图像，阅片器无法显示。',
    realWorldValues: '该对象说明存储值与物理量的对应关系，不含图像。',
    spectroscopy: '波谱数据不是图像，阅片器无法绘制。',
    annotations: '阅片器不绘制切片的批量标注；切片本身可以显示。',
    waveform: '无法绘制此类波形；阅片器可绘制心电图。',
    document: '阅片器只能打开 PDF 文档，无法打开此类封装文档。',
    rawData: '扫描设备的原始数据不是图像。',
    registration: '配准对象说明其他图像之间的关系，不含图像。',
    unknown: '阅片器无法显示此类对象。',
    withoutImages: '其所依据的图像不在当前显示的检查中，因此无法叠加显示。',
    needsEval: '绘制该对象的组件需要在运行时由文本生成程序，本服务器的安全策略不允许。其他阅片软件可以显示；原始对象未受影响。',
    segmentation: '分割', structures: '结构集', measurements: '测量', parametricMap: '参数图',
    unreadable: '无法绘制此图像',
    unreadableDetail: '图像的存储格式无法由阅片器读取，或未完整送达。原始对象未受影响。',
    unplayable: '浏览器无法播放该视频：其格式为 MPEG-2，或设备没有 HEVC 解码器，或未完整送达。',
    priors: '既往检查', priorsOf: '该患者在本机构的其他检查。', refresh: '刷新', loading: '正在加载……', noPatientID: '该检查没有患者编号，无法查找其他检查。', noPriors: '没有该患者的其他检查。', listFailed: '列表加载失败。', compare: '对比',
    keyImages: '关键图像', keyImage: '关键图像', markImage: '标记当前图像', marked: '图像已标记，并随检查保存。', markFailed: '标记保存失败。', saving: '正在保存……', noKeyImages: '该检查没有标记的图像。', noImageToMark: '当前窗格没有单幅图像。',
    film: '胶片', filmImage: '图像', filmSeries: '序列', filmImageKey: '将当前图像加入待打印', filmSeriesKey: '将当前序列加入待打印', filmAdded: '已加入待打印：', filmThere: '已在待打印中，按当前所见打印。', filmFull: '待打印已满，请先打印或移除部分图像。', filmKept: '该序列不允许打印。', filmNotAllowed: '您在本机构没有打印胶片的权限。', filmFailed: '未能加入，请重试。',
    report: '结构化报告', complete: '完成', partial: '未完成', verified: '已审核', unverified: '未审核', yes: '是', noContent: '该报告没有内容。',
  },
}

export type Word = keyof typeof en
/** A text of the viewer, in the language of the page. */
export const say = (word: Word): string => words[language()][word]
