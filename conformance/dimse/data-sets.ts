/** The data set of a Part 10 file, as bytes: what follows the File Meta Information (PS3.10 §7.1). */
export function dataSetOf(file: Buffer): Buffer {
  return file.subarray(144 + file.readUInt32LE(140))
}
