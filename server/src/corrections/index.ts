/** What people have corrected of studies. Whatever tells somebody whose a study is goes by it; objects say what they said (decision 0048). */
export { changedCorrections, checkedCorrection, correctedStudies, correctionsOf, noneCorrected, searchedColumns, told, type CorrectedStudies, type Correction, type Corrections } from './corrections.ts'
