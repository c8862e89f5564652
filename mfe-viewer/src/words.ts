import type { Translations } from '@isocenter/design-system'

const en = {
  title: 'Viewer',
  back: 'Back',
  newWindow: 'To a window of its own',
  close: 'Close',
  blocked: 'The browser let no window open, so the images are here. Allow pop-ups of this site to read on two screens.',
  opening: 'Opening the images …',
  nothing: 'No study is named',
  nothingDetail: 'Open a study from the list.',
  refusedDetail: 'This organisation does not let you see the study, or the session has ended.',

  previews: 'Small pictures',
  notForDiagnosis: 'Not for diagnosis',
  previewsHint: 'One small picture of each series, to save mobile data.',
  originals: 'View original images',
  previewsFirst: 'Small pictures first',
  previewsFirstHere: 'Small pictures first on this phone',
  originalsAtOnce: 'Original images at once',
  question: 'How shall images open on this phone?',
  questionHint: 'The browser does not say whether you are on mobile data. Original images of a study may be hundreds of megabytes. This is asked once and can be changed later.',
  unnamed: 'No name',
  noPicture: 'No picture',
  images: (count: number) => (count === 1 ? '1 image' : `${String(count)} images`),
}

export const words: Translations<typeof en> = {
  en,
  'zh-CN': {
    title: '阅片',
    back: '返回',
    newWindow: '移至独立窗口',
    close: '关闭',
    blocked: '浏览器拦截了新窗口，影像在此显示。如需双屏阅片，请允许本站弹出窗口。',
    opening: '正在打开影像……',
    nothing: '未指定检查',
    nothingDetail: '请从检查列表中打开检查。',
    refusedDetail: '当前机构不允许您查看该检查，或会话已结束。',

    previews: '缩略图',
    notForDiagnosis: '不可用于诊断',
    previewsHint: '每个序列一张缩略图，节省移动数据流量。',
    originals: '查看原图',
    previewsFirst: '先看缩略图',
    previewsFirstHere: '在此手机上先看缩略图',
    originalsAtOnce: '直接打开原图',
    question: '在此手机上如何打开影像？',
    questionHint: '浏览器未告知是否正在使用移动数据。一个检查的原图可能有数百兆字节。仅询问一次，以后可以更改。',
    unnamed: '无姓名',
    noPicture: '无缩略图',
    images: (count) => `${String(count)} 幅`,
  },
}
