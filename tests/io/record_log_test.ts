import { assertEquals } from "@std/assert";
import { crc32, crc32c, maskChecksum } from "../../src/io/checksum32.ts";
import { cutTo, frameBlockRecord, frameTfRecord, joinBytes, writeAt } from "../../src/io/record_log.ts";
import { randomInt } from "../../src/core/rng.ts";
import { between, printedRng } from "../random.ts";
import { withDir } from "../temporary.ts";
import { blockRecordsOf } from "../track/block_reader.ts";
import { recordsOf } from "../track/event_reader.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("crc32c() and crc32() give the check values of their definitions", () => {
  assertEquals(crc32c(bytesOf("123456789")), 0xe3069283);
  assertEquals(crc32c(new Uint8Array(32)), 0x8a9136aa); // RFC 3720, B.4
  assertEquals(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assertEquals(crc32(bytesOf("123456789")), 0xcbf43926);
  assertEquals(crc32(bytesOf("1234"), bytesOf(""), bytesOf("56789")), 0xcbf43926);
});

Deno.test("maskChecksum() stays within 32 bits", () => {
  assertEquals(maskChecksum(0), 0xa282ead8);
  assertEquals(maskChecksum(0xffffffff), 0xa282ead7);
});

Deno.test("frameTfRecord() frames records of any length so that they are found again", () => {
  const rng = printedRng();
  const records = [0, 1, ...Array.from({ length: 20 }, () => between(rng, 0, 700))]
    .map((length) => Uint8Array.from({ length }, () => randomInt(rng, 256)));
  assertEquals(recordsOf(joinBytes(records.map(frameTfRecord))), records);
});

Deno.test("frameBlockRecord() divides records at blocks and fills rests that are too short", () => {
  const rng = printedRng(), head = 7;
  const lengths = [
    0,
    5,
    32768 - 2 * 7 - head - 12 - 7 - 3,
    0,
    100_000,
    ...Array.from({ length: 60 }, () => between(rng, 0, 9000)),
  ];
  const records = lengths.map((length) => Uint8Array.from({ length }, () => randomInt(rng, 256)));
  let log: Uint8Array = new Uint8Array(head);
  for (const record of records) log = joinBytes([log, frameBlockRecord(record, log.length)]);
  assertEquals(blockRecordsOf(log, head), records);
  for (let room = 0; room < 20; room++) { // each way in which a block can end
    const start = 32768 - room, record = Uint8Array.of(1, 2, 3);
    const whole = joinBytes([new Uint8Array(start), frameBlockRecord(record, start)]);
    assertEquals(blockRecordsOf(whole, start), [record]);
  }
});

Deno.test("writeAt() adds at a place and drops what stood behind it", () =>
  withDir(async (dir) => {
    const path = `${dir}/log`;
    assertEquals(await writeAt(path, bytesOf("abcdef"), 0), 6);
    assertEquals(await writeAt(path, bytesOf("XY"), 3), 5);
    assertEquals(await Deno.readTextFile(path), "abcXY");
    await cutTo(path, 4);
    await cutTo(path, 9);
    await cutTo(`${dir}/none`, 1);
    assertEquals(await Deno.readTextFile(path), "abcX");
  }));
