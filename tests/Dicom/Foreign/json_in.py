"""Reads DICOM JSON files and compares each with the DICOM file that is named behind it."""
import math
import sys
import warnings

import pydicom
from pydicom.multival import MultiValue

warnings.simplefilter("ignore")


def plain(value):
    if isinstance(value, (MultiValue, list)):
        return [plain(v) for v in value] if len(value) else None
    if isinstance(value, str) or type(value).__name__ == "PersonName":
        return str(value).strip(" \0=") or None
    if isinstance(value, bytes):
        return value or None
    if value is None:
        return None
    number = float(value)
    return "nan" if math.isnan(number) else number


def differs(ours, theirs, path=""):
    for element in theirs:
        if element.tag.element == 0 or element.tag == 0x00080005:
            continue
        where = path + str(element.tag)
        if element.tag not in ours:
            return where + " is missing"
        mine = ours[element.tag]
        if element.VR == "SQ":
            for a, b in zip(mine.value, element.value):
                found = differs(a, b, where)
                if found:
                    return found
        elif element.VR == "OW" and not theirs.is_little_endian:
            continue  # turned in JSON, not in the file
        elif mine.VR == element.VR and plain(mine.value) != plain(element.value):
            return where + " differs"
    return None


arguments = sys.argv[1:]
for at in range(0, len(arguments), 2):
    try:
        theirs = pydicom.dcmread(arguments[at + 1], force=True)
        theirs.decode()
        theirs.to_json(suppress_invalid_tags=False)
    except Exception as error:  # what pydicom itself cannot write is not compared
        print("left out, " + type(error).__name__ + ": " + arguments[at + 1])
        continue
    with open(arguments[at], encoding="utf-8") as file:
        ours = pydicom.Dataset.from_json(file.read())
    found = differs(ours, theirs)
    print(("different, " + found if found else "equal") + ": " + arguments[at + 1])
