import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/**
 * Names of the icons that any screen uses, sorted. The library has over eight hundred, a megabyte of them: the shared module holds those
 * that are drawn somewhere. A new icon makes a new shared module; all others stay as browsers have them.
 */
export function usedIcons(root: string): string[] {
  const sources = globSync(['mfe-*/src/**/*.{ts,tsx}', 'packages/design-system/src/**/*.{ts,tsx}'], { cwd: root })
  const names = sources.flatMap((file) => [...readFileSync(resolve(root, file), 'utf8').matchAll(/import\s*\{([^}]*)\}\s*from\s*'@ant-design\/icons'/g)].flatMap(([, list = '']) => list.split(',')))
  return [...new Set(names.map((name) => name.trim().replace(/ as .*$/, '')).filter((name) => /^[A-Z]/.test(name)))].sort()
}
