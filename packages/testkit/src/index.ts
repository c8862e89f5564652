export * from './instances.ts'
export { testDatabase } from './database.ts'
export { startRadosgw, testKmsKeyId, type Radosgw } from './radosgw.ts'
export { testBucket, type TestBucket } from './s3.ts'
