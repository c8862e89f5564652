/**
 * The viewer as its makers release it. `@ohif/app` cannot be installed as a dependency (3.13 asks for a package that is not in the
 * registry), and needs not be: what is taken is its built `dist`.
 */
export const release = {
  package: '@ohif/app',
  version: '3.13.2',
  /** Of the archive, as the registry states it; another one is refused. */
  integrity: 'sha512-WZdxmpmG7rqFgW9ZJLcbgr3XCtLi1KDNPoMaeY5PPe6j4G4fjEjjkycZM6C6Zk2F87BKxFfpq+jd5xXZB9E8EA==',
  /** Length of the archive, for who waits for it. */
  megabytes: 50,
} as const
