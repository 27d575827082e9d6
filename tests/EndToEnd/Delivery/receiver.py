"""An EMR for tests, on Debian's python3-hl7: receiver.py PORT BOOK SEED.

Appends a line "controlId patient items" to BOOK for each message that it keeps, synced, and knows repetitions by MSH-10. Now and then it
cuts the connection before or after it has kept a message, answers late, says that it is locked, refuses for good (patients whose
name ends with "7"), answers with the id of another message first, or answers twice.
"""
import asyncio
import os
import random
import sys

import hl7
from hl7.mllp import start_hl7_server

port, path, fate = int(sys.argv[1]), sys.argv[2], random.Random(int(sys.argv[3]))
book = open(path, "a+", encoding="utf-8")
book.seek(0)
kept = {line.split(" ")[0] for line in book}


def keep(message):
    number = str(message.segment("MSH")[10])
    if number in kept:
        return
    items = ",".join(str(o[5][0][0]) for o in message.segments("OBX") if str(o[11]) != "D")
    book.write(f"{number} {message.segment('PID')[3]} {items}\n")
    book.flush()
    os.fsync(book.fileno())
    kept.add(number)


def answer(message, code, number=None, error=None):
    header = str(message.segment("MSH")[10])
    text = f"MSH|^~\\&|EMR||MEDSTREAMS||20310101||ACK^R01^ACK|A{fate.random()}|P|2.5.1\rMSA|{code}|{number or header}\r"
    return hl7.parse(text + (f"ERR|||{error}^x^HL70357|E\r" if error else ""))


async def serve(reader, writer):
    try:
        while not writer.is_closing():
            message = await reader.readmessage()
            lot = fate.random()
            if lot < 0.04:
                break
            if str(message.segment("PID")[3]).endswith("7"):
                writer.writemessage(answer(message, "AE", error="204"))
                continue
            if lot < 0.08:
                writer.writemessage(answer(message, "AR", error="206"))
                continue
            keep(message)
            if lot < 0.12:
                break
            if lot < 0.16:
                await asyncio.sleep(1.5)
            if lot < 0.22:
                writer.writemessage(answer(message, "AA", number="ANOTHER"))
            writer.writemessage(answer(message, "AA"))
            if lot > 0.94:
                writer.writemessage(answer(message, "AA"))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    server = await start_hl7_server(serve, host="127.0.0.1", port=port, encoding="utf-8")
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


asyncio.run(main())
