/** An AE title: 1 to 16 characters of the default repertoire without backslash, not only spaces (PS3.5 §6.2). */
export const aeTitlePattern = /^(?=.*[^ ])[\x20-\x5B\x5D-\x7E]{1,16}$/
