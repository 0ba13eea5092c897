/** Programs that tests of deployments run, built of Go modules whose `go.mod` and `go.sum` are below `tools/`. */

const ROOT = new URL("../../", import.meta.url).pathname;
const BIN = `${ROOT}.cache/deploy/bin`;

/** How one program is built. */
export interface GoProgram {
  /** Folder of the module, below the checkout. */
  readonly folder: string;
  /** Package of the program. */
  readonly from: string;
  /** What the linker sets, `NAME=VALUE`: most programs are told their version so. @default {[]} */
  readonly set?: readonly string[];
}

/** Programs by the names of their files. */
export class GoPrograms<Name extends string> {
  readonly #programs: Readonly<Record<Name, GoProgram>>;

  /** @param programs How each is built. */
  constructor(programs: Readonly<Record<Name, GoProgram>>) {
    this.#programs = programs;
  }

  /**
   * @param name A program.
   * @returns Its path, whether it is there or not.
   */
  path(name: Name): string {
    return `${BIN}/${name}`;
  }

  /** @returns The programs that have to be built. */
  missing(): Name[] {
    return (Object.keys(this.#programs) as Name[])
      .filter((name) => !this.#isBuilt(name));
  }

  /**
   * Builds what is missing, and prints how long each took.
   *
   * @throws {Error} If one cannot be built; the message has what the compiler wrote.
   */
  async build(): Promise<void> {
    await Deno.mkdir(BIN, { recursive: true });
    for (const name of this.missing()) {
      const begun = performance.now();
      await this.#build(name);
      const seconds = Math.round((performance.now() - begun) / 1000);
      console.log(`${name}: built in ${seconds} s`);
    }
  }

  /** What a program was built of; another text is another program. */
  #origin(name: Name): string {
    const { folder, from } = this.#programs[name];
    return `${from}\n${Deno.readTextFileSync(`${ROOT}${folder}/go.mod`)}`;
  }

  #isBuilt(name: Name): boolean {
    try {
      return Deno.statSync(this.path(name)).isFile &&
        Deno.readTextFileSync(`${this.path(name)}.from`) === this.#origin(name);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  async #build(name: Name): Promise<void> {
    const { folder, from, set = [] } = this.#programs[name];
    const flags = ["-s", "-w", ...set.map((one) => `-X ${one}`)].join(" ");
    const { success, stderr } = await new Deno.Command("go", {
      args: [
        "build",
        "-trimpath",
        "-ldflags",
        flags,
        "-o",
        this.path(name),
        from,
      ],
      cwd: `${ROOT}${folder}`,
      env: { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" },
      stdout: "null",
    }).output();
    if (!success) {
      throw new Error(
        `Cannot build ${name}:\n${new TextDecoder().decode(stderr)}`,
      );
    }
    await Deno.writeTextFile(`${this.path(name)}.from`, this.#origin(name));
  }
}
