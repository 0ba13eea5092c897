/** Looks into a process of the runtime that was started with `--inspect`, without any help of the program in it. */

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Waiter {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

interface Remote {
  readonly result: { readonly objectId: string; readonly value: unknown };
  readonly exceptionDetails?: { readonly text: string };
}

/** A connection to the inspector of a process. */
export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting: Map<number, Waiter> = new Map();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data) as Reply);
    socket.onclose = () => {
      const error = new Error("Cannot ask the inspector: the process ended");
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    };
  }

  /**
   * @param url What the runtime printed, `ws://…`.
   * @returns The connection.
   */
  static async connect(url: string): Promise<Inspector> {
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    return new Inspector(socket);
  }

  /** Collects garbage; twice, since buffers go only after who held them. */
  async collect(): Promise<void> {
    for (let i = 0; i < 2; i++) {
      await this.#ask("HeapProfiler.collectGarbage", {});
    }
  }

  /**
   * Finds all instances of a class.
   *
   * @param module Address of the module that exports it.
   * @param name Its name.
   * @returns A handle for {@linkcode Inspector.call}: an array of them.
   */
  async instances(module: URL, name: string): Promise<string> {
    const prototype = await this.#ask("Runtime.evaluate", {
      expression: `import("${module}").then((m) => m.${name}.prototype)`,
      awaitPromise: true,
    }) as Remote;
    if (prototype.exceptionDetails !== undefined) {
      throw new Error(
        `Cannot find ${name}: ${prototype.exceptionDetails.text}`,
      );
    }
    const { objects } = await this.#ask("Runtime.queryObjects", {
      prototypeObjectId: prototype.result.objectId,
    }) as { objects: { objectId: string } };
    return objects.objectId;
  }

  /**
   * Calls a function on what a handle stands for.
   *
   * @param handle The handle.
   * @param code The function's source; `this` is the object.
   * @returns What it returned.
   */
  async call<Result>(handle: string, code: string): Promise<Result> {
    const { result, exceptionDetails } = await this.#ask(
      "Runtime.callFunctionOn",
      {
        objectId: handle,
        functionDeclaration: code,
        returnByValue: true,
      },
    ) as Remote;
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
    return result.value as Result;
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => {
      this.#socket.addEventListener("close", resolve);
    });
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    this.#socket.close();
    await closed;
  }

  #ask(method: string, params: Record<string, unknown>): Promise<unknown> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  #take({ id, result, error }: Reply): void {
    const waiter = this.#waiting.get(id ?? 0);
    if (waiter === undefined) return;
    this.#waiting.delete(id!);
    if (error === undefined) waiter.resolve(result);
    else waiter.reject(new Error(`The inspector says: ${error.message}`));
  }
}
