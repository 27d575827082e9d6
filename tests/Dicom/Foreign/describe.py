"""Says what pydicom reads in the files that are named: a line of JSON for each."""
import json
import sys
import warnings

import pydicom
from pydicom.multival import MultiValue

warnings.simplefilter("ignore")
TEXT = {"LO", "LT", "PN", "SH", "ST", "UC", "UT", "CS", "UI", "DA", "TM", "AE"}


def texts(element):
    values = element.value if isinstance(element.value, (MultiValue, list)) else [element.value]
    return [str(value) for value in values if value is not None]


def walk(data_set, path, found):
    for element in data_set:
        where = path + "%04X%04X" % (element.tag.group, element.tag.element)
        if element.VR == "SQ":
            for index, item in enumerate(element.value):
                walk(item, "%s[%d]." % (where, index), found)
        elif element.VR in TEXT:
            found[where] = texts(element)


def describe(path):
    try:
        data_set = pydicom.dcmread(path, force=True)
        data_set.decode()
        found = {}
        walk(data_set, "", found)
        return {"file": path, "syntax": str(data_set.file_meta.get("TransferSyntaxUID", "")), "texts": found}
    except Exception as error:  # what pydicom cannot read is not compared
        return {"file": path, "error": type(error).__name__}


for path in sys.argv[1:]:
    print(json.dumps(describe(path)))
