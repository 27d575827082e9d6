"""Reads and writes Avro with Debian's python3-avro: one case for each line of the input, one answer for each of the output.

A case is {"schema": text, "hex": the binary encoding of a value}. The answer is {"hex": ..}, the value that was read, written
again, or {"error": ..}.
"""
import io
import json
import sys
import warnings

import avro.io
import avro.schema

warnings.simplefilter("ignore")  # of logical types that it does not know


def again(case):
    schema = avro.schema.parse(case["schema"])
    data = bytes.fromhex(case["hex"])
    source = io.BytesIO(data)
    value = avro.io.DatumReader(schema).read(avro.io.BinaryDecoder(source))
    if source.tell() != len(data):
        raise ValueError("%d of %d bytes were read" % (source.tell(), len(data)))
    target = io.BytesIO()
    avro.io.DatumWriter(schema).write(value, avro.io.BinaryEncoder(target))
    return target.getvalue().hex()


for line in sys.stdin:
    try:
        answer = {"hex": again(json.loads(line))}
    except Exception as error:  # the test shows it
        answer = {"error": "%s: %s" % (type(error).__name__, error)}
    print(json.dumps(answer))
