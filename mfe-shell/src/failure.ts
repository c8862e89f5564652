/** Says that the page itself has failed, where no application is there to say it: plain elements, no framework that might be what failed. */
const words = {
  en: {
    load: 'A part of this page could not be loaded.', run: 'A part of this page has failed.', unreachable: 'The server does not answer.',
    hint: 'Check the connection, then load the page again. If it stays, tell your administrator what is written here.', reload: 'Load again', home: 'Go to the workbench',
  },
  zh: {
    load: '页面的一部分未能加载。', run: '页面的一部分出现错误。', unreachable: '服务器没有响应。',
    hint: '请检查网络后重新加载；若仍失败，请将以下信息告知管理员。', reload: '重新加载', home: '返回工作台',
  },
}

export type FailureKind = keyof Pick<typeof words.en, 'load' | 'run' | 'unreachable'>

export function showFailure(error: Error, kind: FailureKind): void {
  console.error(error)
  const text = (document.documentElement.lang || navigator.language).startsWith('zh') ? words.zh : words.en
  const box = element('div', { class: 'root-failure', role: 'alert' },
    element('h1', {}, text[kind]),
    element('p', {}, text.hint),
    element('pre', {}, error.message),
    element('p', {}, button(text.reload, () => { location.reload() }), ' ', element('a', { href: '/workbench' }, text.home)))
  document.body.dataset['layout'] = 'bare'
  document.getElementById('content')?.replaceChildren(box)
}

function element(name: string, attributes: Readonly<Record<string, string>>, ...children: readonly (Node | string)[]): HTMLElement {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

function button(label: string, onClick: () => void): HTMLElement {
  const made = element('button', { type: 'button' }, label)
  made.addEventListener('click', onClick)
  return made
}
