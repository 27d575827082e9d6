"""Says what pydicom reads in changed files: what is there, what was there, and who changed it."""
import json
import sys
import warnings

import pydicom

warnings.simplefilter("ignore")
for path in sys.argv[1:]:
    data_set = pydicom.dcmread(path)
    change = data_set.OriginalAttributesSequence[-1]
    old = change.ModifiedAttributesSequence[0]
    print(json.dumps({
        "id": str(data_set.get("PatientID", "") or ""),
        "issuer": str(data_set.IssuerOfPatientID),
        "old": str(old.get("PatientID", data_set.get("PatientID", "")) or ""),
        "told": "|".join([change.ModifyingSystem, change.SourceOfPreviousValues, change.ReasonForTheAttributeModification, change.AttributeModificationDateTime]),
    }))
