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
  },
}
