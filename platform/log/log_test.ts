import {
  assert,
  assertEquals,
  assertLess,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  type LogConfig,
  type LogSink,
  type LogWriter,
  NULL_LOGGER,
  openLog,
} from "./mod.ts";
import { formatRecord } from "./record.ts";

const NOW = Date.UTC(2026, 0, 31, 12, 0, 0, 5);

function config(
  changes: Partial<Omit<LogConfig, "file">> & {
    file?: Partial<LogConfig["file"]>;
  } = {},
): LogConfig {
  const { file, ...rest } = changes;
  return {
    level: "info",
    output: "file",
    format: "text",
    ...rest,
    file: {
      path: "unused.log",
      maxSizeMb: 100,
      maxBackups: 5,
      maxAgeDays: 30,
      compress: false,
      ...file,
    },
  };
}

/** A sink that keeps what it is given and can be made to stall. */
class MemorySink implements LogSink {
  text = "";
  writes = 0;
  gate: Promise<void> = Promise.resolve();

  async write(bytes: Uint8Array): Promise<void> {
    this.writes++;
    await this.gate;
    this.text += new TextDecoder().decode(bytes);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}

async function logged(
  cfg: LogConfig,
  use: (log: LogWriter) => void,
): Promise<string> {
  const sink = new MemorySink();
  await using log = await openLog(cfg, { now: () => NOW, sinks: [sink] });
  use(log);
  await log.flush();
  return sink.text;
}

const RECORDS: [
  name: string,
  message: string,
  fields: Record<string, unknown> | undefined,
  text: string,
  json: string,
][] = [
  ["no fields", "Ready", undefined, "Ready", '"message":"Ready"'],
  [
    "numbers and bigints",
    "m",
    { n: 1.5, id: 2n ** 63n },
    "m n=1.5 id=9223372036854775808",
    '"message":"m","n":1.5,"id":"9223372036854775808"',
  ],
  [
    "an absent field",
    "m",
    { gone: undefined, here: null },
    "m here=null",
    '"message":"m","here":null',
  ],
  [
    "white space and quotes",
    "m",
    { a: "x y", b: 'q"', c: "" },
    'm a="x y" b="q\\"" c=""',
    '"message":"m","a":"x y","b":"q\\"","c":""',
  ],
  [
    "an error and its cause",
    "m",
    { error: new Error("top", { cause: new Error("root") }) },
    'm error="top: root"',
    '"message":"m","error":"top: root"',
  ],
  [
    "bytes",
    "m",
    { data: new Uint8Array(3) },
    'm data="(3 bytes)"',
    '"message":"m","data":"(3 bytes)"',
  ],
  [
    "objects",
    "m",
    { o: { a: [1n] } },
    'm o={"a":["1"]}',
    '"message":"m","o":{"a":["1"]}',
  ],
  ["not a number", "m", { n: NaN }, "m n=NaN", '"message":"m","n":"NaN"'],
  [
    "reserved names",
    "m",
    { time: 1, level: 2 },
    "m time=1 level=2",
    '"message":"m","time_":1,"level_":2',
  ],
  [
    "line feeds and terminal codes",
    "a\nb\u001b[31m",
    { x: "c\nd\u009b" },
    'a\\nb\\u001b[31m x="c\\nd\\u009b"',
    '"message":"a\\nb\\u001b[31m","x":"c\\nd\u009b"',
  ],
];

for (const [name, message, fields, text, json] of RECORDS) {
  Deno.test(`a record with ${name} is one line of text`, () => {
    assertEquals(
      formatRecord("text", NOW, "info", message, fields),
      `2026-01-31T12:00:00.005Z INFO  ${text}\n`,
    );
  });
  Deno.test(`a record with ${name} is one JSON object`, () => {
    const line = formatRecord("json", NOW, "warn", message, fields);
    assertEquals(
      line,
      `{"time":"2026-01-31T12:00:00.005Z","level":"warn",${json}}\n`,
    );
    assertEquals(JSON.parse(line).message, message);
  });
}

Deno.test("a field that refers to itself does not throw", () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  assertStringIncludes(
    formatRecord("text", NOW, "info", "m", { loop }),
    "cannot be written",
  );
  JSON.parse(formatRecord("json", NOW, "info", "m", { loop }));
});

for (
  const [level, expected] of [["debug", "diwe"], ["info", "iwe"], [
    "warn",
    "we",
  ], ["error", "e"]] as const
) {
  Deno.test(`level ${level} drops what is below it, and each record appears once`, async () => {
    const text = await logged(config({ level }), (log) => {
      log.debug("d");
      log.info("i");
      log.warn("w");
      log.error("e");
    });
    assertEquals(
      text.trim().split("\n").map((line) => line.at(-1)).join(""),
      expected,
    );
  });
}

Deno.test("what one turn logs is written at once", async () => {
  const sink = new MemorySink();
  await using log = await openLog(config(), { sinks: [sink] });
  for (let i = 0; i < 100; i++) log.info("m");
  await log.flush();
  assertEquals(sink.writes, 1);
  assertEquals(sink.text.split("\n").length, 101);
});

Deno.test("a stalled output costs bounded memory, and the loss is reported", async () => {
  const sink = new MemorySink();
  const { promise, resolve } = Promise.withResolvers<void>();
  sink.gate = promise;
  await using log = await openLog(config(), { sinks: [sink] });
  const message = "x".repeat(1_000_000);
  for (let i = 0; i < 20; i++) log.info(message);
  resolve();
  await log.flush();
  assertLess(sink.text.length, 12_000_000);
  assertMatch(
    sink.text,
    /WARN {2}Log output is too slow, records were dropped records=1\d\n/,
  );
});

Deno.test("a failing output ends neither the program nor the other output", async () => {
  const broken: LogSink = {
    write: () => Promise.reject(new Error("No space left")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const sink = new MemorySink();
  await using log = await openLog(config(), { sinks: [broken, sink] });
  log.info("m");
  await log.flush();
  assertStringIncludes(sink.text, "m\n");
});

Deno.test("NULL_LOGGER takes everything", () => {
  NULL_LOGGER.debug("m");
  NULL_LOGGER.info("m", { a: 1 });
  NULL_LOGGER.warn("m");
  NULL_LOGGER.error("m");
});

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
}

Deno.test("a file log makes its folder and appends to what is there", () =>
  inFolder(async (folder) => {
    const path = `${folder}/deep/frontier.log`;
    for (const message of ["first", "second"]) {
      await using log = await openLog(config({ file: { path } }));
      log.info(message);
    }
    const text = await Deno.readTextFile(path);
    assertMatch(text, /INFO {2}first\n.*INFO {2}second\n$/);
  }));

Deno.test("a log file that cannot be opened is an error", () =>
  inFolder(async (folder) => {
    await assertRejects(
      () => openLog(config({ file: { path: folder } })),
      Error,
    );
  }));

Deno.test("a full file is rotated, no line is lost or split, and only max_backups stay", () =>
  inFolder(async (folder) => {
    const path = `${folder}/frontier.log`;
    let now = NOW;
    {
      await using log = await openLog(
        config({ file: { path, maxSizeMb: 1, maxBackups: 2 } }),
        { now: () => now },
      );
      for (let i = 0; i < 50; i++) {
        log.info(`${i} ${"x".repeat(100_000)}`);
        await log.flush();
        now += 1000;
      }
    }
    const kept = names(folder);
    assertEquals(kept.length, 3);
    assertMatch(kept[0] ?? "", /^frontier-2026-01-31T12-00-\d\d\.005\.log$/);
    assertEquals(kept[2], "frontier.log");
    const texts = await Promise.all(
      kept.map((name) => Deno.readTextFile(`${folder}/${name}`)),
    );
    for (const text of texts) assertLess(text.length, 1_048_577);
    const numbers = texts.join("").trim().split("\n").map((line) =>
      Number(/INFO {2}(\d+)/.exec(line)?.[1])
    );
    assertEquals(
      numbers,
      Array.from({ length: numbers.length }, (_, i) => 50 - numbers.length + i),
    );
  }));

Deno.test("rotated files are compressed, and those past max_age removed", () =>
  inFolder(async (folder) => {
    const path = `${folder}/frontier.log`;
    await Deno.writeTextFile(
      `${folder}/frontier-2025-12-01T00-00-00.000.log`,
      "old",
    );
    await Deno.writeTextFile(
      `${folder}/frontier-2026-01-30T00-00-00.000.log.gz.partial`,
      "half",
    );
    await Deno.writeTextFile(`${folder}/frontier-notes.log`, "someone else's");
    {
      const file = { path, maxSizeMb: 1, compress: true };
      await using log = await openLog(config({ file }), { now: () => NOW });
      log.info(`first ${"x".repeat(1_000_000)}`);
      await log.flush();
      log.info(`second ${"x".repeat(1_000_000)}`);
    }
    assertEquals(names(folder), [
      "frontier-2026-01-31T12-00-00.005.log.gz",
      "frontier-notes.log",
      "frontier.log",
    ]);
    using file = await Deno.open(
      `${folder}/frontier-2026-01-31T12-00-00.005.log.gz`,
    );
    const text = await new Response(
      file.readable.pipeThrough(new DecompressionStream("gzip")),
    ).text();
    assertStringIncludes(text, "INFO  first x");
    assert(text.endsWith("x\n"));
  }));

Deno.test("a folder taken away is made again at the next rotation", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/logs`);
    const path = `${folder}/logs/frontier.log`;
    await using log = await openLog(config({ file: { path, maxSizeMb: 1 } }), {
      now: () => NOW,
    });
    log.info("x".repeat(1_040_000));
    await log.flush();
    await Deno.remove(`${folder}/logs`, { recursive: true });
    log.info("x".repeat(1_040_000));
    await log.flush();
    log.info("after");
    await log.flush();
    assertStringIncludes(await Deno.readTextFile(path), "INFO  after");
  }));

Deno.test("a log file that was moved away is opened anew, and no line is lost or split", () =>
  inFolder(async (folder) => {
    const path = `${folder}/frontier.log`;
    const total = 3000;
    {
      await using log = await openLog(config({ file: { path } }));
      for (let i = 0; i < total; i++) {
        log.info(`${i} ${"x".repeat(200)}`);
        if (i % 500 === 499) {
          await Deno.rename(path, `${path}.${i}`);
          // Asked for twice at once, and with lines still waiting.
          await Promise.all([log.reopen(), log.reopen()]);
        }
      }
    }
    const texts = names(folder).map((name) =>
      Deno.readTextFileSync(`${folder}/${name}`)
    );
    assertEquals(texts.length, 7);
    const numbers = texts.join("").trim().split("\n").map((line) =>
      Number(/INFO {2}(\d+) x{200}$/.exec(line)?.[1])
    ).sort((a, b) => a - b);
    assertEquals(numbers, Array.from({ length: total }, (_, i) => i));
  }));

Deno.test("a log file that cannot be opened anew stays in use", () =>
  inFolder(async (folder) => {
    const path = `${folder}/frontier.log`;
    await using log = await openLog(config({ file: { path } }));
    log.info("before");
    await log.flush();
    await Deno.rename(path, `${path}.1`);
    await Deno.mkdir(path);
    await assertRejects(() => log.reopen(), Error);
    log.info("after");
    await log.flush();
    assertMatch(
      await Deno.readTextFile(`${path}.1`),
      /INFO {2}before\n.*INFO {2}after\n$/,
    );
    await Deno.remove(path);
    await log.reopen();
    log.info("again");
    await log.flush();
    assertMatch(await Deno.readTextFile(path), /^\S+ INFO {2}again\n$/);
  }));

Deno.test("without a file there is nothing to open anew", async () => {
  await using log = await openLog(config(), { sinks: [new MemorySink()] });
  await log.reopen();
});

Deno.test("what is opened anew is rotated by its own size", () =>
  inFolder(async (folder) => {
    const path = `${folder}/frontier.log`;
    await using log = await openLog(config({ file: { path, maxSizeMb: 1 } }));
    log.info("x".repeat(1_000_000));
    await log.flush();
    await Deno.rename(path, `${path}.1`);
    await log.reopen();
    log.info("y".repeat(1_000_000));
    await log.flush();
    assertEquals(names(folder), ["frontier.log", "frontier.log.1"]);
  }));

Deno.test("where a full file cannot be rotated, it grows on", () =>
  inFolder(async (folder) => {
    const path = `${folder}/frontier.log`;
    const stamp = "2026-01-31T12-00-00.005";
    // A folder with something in it stands where the old file would go.
    await Deno.mkdir(`${folder}/frontier-${stamp}.log/x`, { recursive: true });
    await using log = await openLog(
      config({ file: { path, maxSizeMb: 1 } }),
      { now: () => NOW },
    );
    log.info("x".repeat(1_040_000));
    log.info("first");
    await log.flush();
    log.info("y".repeat(1_040_000));
    await log.flush();
    assertStringIncludes(await Deno.readTextFile(path), "yyy\n");
  }));
