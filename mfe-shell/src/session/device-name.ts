const browsers: readonly (readonly [RegExp, string])[] = [[/QQBrowser/, 'QQ Browser'], [/MicroMessenger/, 'WeChat'], [/Edg(e|A|iOS)?\//, 'Edge'], [/OPR\//, 'Opera'], [/Firefox|FxiOS/, 'Firefox'], [/Chrome|CriOS/, 'Chrome'], [/Safari/, 'Safari']]
const systems: readonly (readonly [RegExp, string])[] = [[/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Android/, 'Android'], [/Windows/, 'Windows'], [/Mac OS X|Macintosh/, 'macOS'], [/CrOS/, 'ChromeOS'], [/Linux|X11/, 'Linux']]

/** What a browser is called by people, of what it says of itself: "Chrome · Windows"; undefined where it says nothing that is known. */
export function deviceName(userAgent: string | undefined): string | undefined {
  const find = (among: typeof browsers) => among.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1]
  const found = [find(browsers), find(systems)].filter((one) => one !== undefined)
  return found.length > 0 ? found.join(' · ') : undefined
}
