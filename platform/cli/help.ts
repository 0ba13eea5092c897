/**
 * What the help of every program says in the same words.
 *
 * @module
 */

/** What `--help` of a program is made of. */
export interface HelpParts {
  /** The name of its command. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /** What it is, after the version. */
  readonly title: string;
  /** What it is, within a sentence: `the gateway`. */
  readonly noun: string;
  /** What it does, where nobody configures it. */
  readonly intro: string;
  /** What its configuration file is like: `as for the Go gateway`. */
  readonly file: string;
  /** Lines about more flags for the configuration; empty for none. */
  readonly configFlags?: string;
  /** Its variables, each a line. */
  readonly environment: string;
  /** What a file may have, before the signals. */
  readonly examples: string;
  /** What it needs under Deno, beside the network. */
  readonly permissions: string;
}

/**
 * Lays out what `--help` prints.
 *
 * @param parts What differs from program to program.
 * @returns The page.
 */
export function helpPage(parts: HelpParts): string {
  const { name, noun } = parts;
  return `${name} ${parts.version}: ${parts.title}

Usage: ${name} [--config FILE] [flags]

${parts.intro}

Configuration
  -c, --config FILE        configuration file (YAML, ${parts.file})
      --check              say what a start would find wrong, certificates and
                           log file included, take no port, exit
      --print-config       print the configuration in use and exit; it is a
                           complete configuration file, passwords hidden
${parts.configFlags ?? ""}
Logging
      --loglevel LEVEL     debug, info, warn or error          [default: info]
      --log-output WHERE   stdout, stderr, file or both      [default: stdout]
      --log-format FORMAT  text or json                        [default: text]
      --log-file FILE      the log file, for file and both

Process
      --daemon-rlimit-nofile[=N]  warn when fewer files may be open, if
                           daemon.rlimit.enable is on; the runtime raises
                           the limit by itself as far as it may
  -h, --help               print this and exit
      --version            print the version and exit

Environment (a flag beats it, it beats the file)
${parts.environment}

${parts.examples}

Signals
  SIGINT, SIGTERM  stop accepting, finish what is in flight, close every
                   connection in order, exit; a second one exits at once
  SIGHUP           open the log file anew, as log rotation wants it, and read
                   certificates and tokens anew; never ends ${noun}.
                   Their files are read anew when they change, too

Exit status
  0 done or stopped by a signal, 1 cannot start, 2 wrong usage

Permissions it needs under Deno
${parts.permissions}
`;
}
