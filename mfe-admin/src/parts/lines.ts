/** What stands in the lines of a text, or between its commas; empty ones left out. */
export const linesOf = (text: string): string[] => [...new Set(text.split(/[\n,]/).map((line) => line.trim()).filter((line) => line !== ''))]
