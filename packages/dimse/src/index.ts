/** DICOM over the network: the upper layer (PS3.8) and the message exchange on it (PS3.7). */
export * from './upper-layer/index.ts'
