"""Prints pydicom's data dictionary as JSON: tag pattern to keyword, VRs, multiplicity, retired."""
import json
from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary

rows = {'%08X' % tag: row for tag, row in DicomDictionary.items()}
rows.update(RepeatersDictionary)
print(json.dumps({
    tag: [keyword, '' if vr == 'NONE' else vr.replace(' or ', '|'), vm.split(' or ')[0], bool(retired)]
    for tag, (vr, vm, _, retired, keyword) in rows.items() if keyword
}))
