"""Reads every DICOM file below a folder, all its elements, and writes it again below another one, under the same name. Says how many, and what it could not read."""
import os
import sys
import warnings

import pydicom

warnings.simplefilter("ignore")
source, target = sys.argv[1:3]
count = 0
for folder, _, names in os.walk(source):
    for name in names:
        if not name.endswith(".dcm"):
            continue
        path = os.path.join(folder, name)
        try:
            data_set = pydicom.dcmread(path)
            data_set.decode()
            for element in data_set.iterall():
                _ = element.value  # so that none is handed on unread
            to = os.path.join(target, os.path.relpath(path, source))
            os.makedirs(os.path.dirname(to), exist_ok=True)
            data_set.save_as(to, write_like_original=False)
            count += 1
        except Exception as error:
            print("%s: %s %s" % (path, type(error).__name__, error))
print(count)
