import { assertEquals, assertThrows } from "@std/assert";
import {
  type Arguments,
  COMMON_FLAGS,
  parseArguments,
  UsageError,
} from "@frontier/platform/cli";
import { FLAGS } from "./flags.ts";

const TABLE = { ...COMMON_FLAGS, ...FLAGS };

type Asked = Arguments<typeof TABLE>;

const NOTHING: Asked = {
  check: false,
  strict: false,
  printConfig: false,
  help: false,
  version: false,
  ignored: [],
};

const UNDERSTOOD: [args: string[], changes: Partial<Asked>][] = [
  [[], {}],
  [["--config", "f.yaml"], { config: "f.yaml" }],
  [["--config=f.yaml"], { config: "f.yaml" }],
  [["-c", "f.yaml"], { config: "f.yaml" }],
  [["-cf.yaml"], { config: "f.yaml" }],
  [["-c=f.yaml"], { config: "f.yaml" }],
  [["--config=a=b.yaml"], { config: "a=b.yaml" }],
  [["--loglevel", "debug", "--log-output=file"], {
    logLevel: "debug",
    logOutput: "file",
  }],
  [["--log-format", "json", "--log-file", "x.log"], {
    logFormat: "json",
    logFile: "x.log",
  }],
  [["--daemon-rlimit-nofile"], { rlimitNofile: 1048576 }],
  [["--daemon-rlimit-nofile=5"], { rlimitNofile: 5 }],
  [["--daemon-rlimit-nofile=-1"], { rlimitNofile: -1 }],
  [["--check", "--strict", "--print-config"], {
    check: true,
    strict: true,
    printConfig: true,
  }],
  [["--strict=false"], { strict: false }],
  [["-h"], { help: true }],
  [["--help", "--version"], { help: true, version: true }],
  [["--config", "f.yaml", "-v", "1"], { config: "f.yaml", ignored: ["-v 1"] }],
  [["-v=2", "-v3"], { ignored: ["-v=2", "-v3"] }],
];

for (const [args, changes] of UNDERSTOOD) {
  Deno.test(`the arguments "${args.join(" ")}" are understood`, () => {
    assertEquals(parseArguments(TABLE, args), { ...NOTHING, ...changes });
  });
}

const REFUSED: [args: string[], message: string][] = [
  [["--conifg", "x"], "Unknown flag --conifg, nearest known flag: --config"],
  [["--conifg=x"], "Unknown flag --conifg, nearest known flag: --config"],
  [["--log-lvl=x"], "Unknown flag --log-lvl, nearest known flag: --loglevel"],
  [["--toString"], "Unknown flag --toString"],
  [["-x"], "Unknown flag -x"],
  [["start"], 'Unexpected argument "start"'],
  [["--daemon-rlimit-nofile", "5"], 'Unexpected argument "5"'],
  [
    ["--daemon-rlimit-nofile=many"],
    'Cannot use "many" for --daemon-rlimit-nofile',
  ],
  [["--config"], "Flag --config needs a value"],
  [["--config="], "Flag --config needs a value"],
  [["--check=maybe"], 'Cannot use "maybe" for --check'],
];

for (const [args, message] of REFUSED) {
  Deno.test(`the arguments "${args.join(" ")}" are refused`, () => {
    const error = assertThrows(() => parseArguments(TABLE, args), UsageError);
    assertEquals(error.message.startsWith(message), true, error.message);
    assertEquals(
      error.message.includes("nearest"),
      message.includes("nearest"),
    );
  });
}
