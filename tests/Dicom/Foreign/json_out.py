"""Writes the files that are named as DICOM JSON: a line for each."""
import json
import sys
import warnings

import pydicom

warnings.simplefilter("ignore")
for path in sys.argv[1:]:
    try:
        data_set = pydicom.dcmread(path, force=True, stop_before_pixels=True)
        print(json.dumps({"file": path, "json": json.loads(data_set.to_json(suppress_invalid_tags=True))}))
    except Exception as error:  # what pydicom cannot write is not compared
        print(json.dumps({"file": path, "error": type(error).__name__}))
