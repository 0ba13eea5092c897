/**
 * Whether a program can do its work.
 *
 * @module
 */

/** One thing that a program needs, or would like to have. */
export interface ConditionState {
  /** What it is called. */
  readonly name: string;
  /** Whether the program is not ready without it. */
  readonly required: boolean;
  /** What is wrong with it, in words; empty when nothing is. */
  readonly problem: string;
}

/** How a condition is asked. */
export interface ConditionOptions {
  /**
   * Whether the program is not ready without it. What is not required is reported, and fails nothing.
   * @default true
   */
  readonly required?: boolean;
}

/**
 * Collects what a program needs to do its work, each part asked when somebody wants to know.
 *
 * @example
 * ```ts
 * import { Readiness } from "@frontier/platform/health";
 * import { assertEquals } from "@std/assert";
 *
 * let draining = false;
 * const readiness = new Readiness();
 * readiness.add("listeners", () => draining ? "draining" : "");
 * readiness.add("kafka", () => "no broker answers", { required: false });
 * assertEquals(readiness.problem, "");
 * draining = true;
 * assertEquals(readiness.problem, "listeners: draining");
 * ```
 */
export class Readiness {
  readonly #conditions: Map<
    string,
    { readonly check: () => string; readonly required: boolean }
  > = new Map();

  /**
   * Adds a condition, or replaces the one of that name.
   *
   * @param name What it is called: a constant of the program, for it becomes a label of metrics.
   * @param check Says what is wrong, in words; empty when nothing is. One that throws is not met.
   * @param options Whether the program is not ready without it.
   * @returns Takes the condition away again.
   */
  add(
    name: string,
    check: () => string,
    options: ConditionOptions = {},
  ): () => void {
    const condition = { check, required: options.required ?? true };
    this.#conditions.set(name, condition);
    return () => {
      if (this.#conditions.get(name) === condition) {
        this.#conditions.delete(name);
      }
    };
  }

  /**
   * Asks every condition.
   *
   * @returns All of them as they are now, in the order they were added.
   */
  conditions(): ConditionState[] {
    return [...this.#conditions].map(([name, { check, required }]) => ({
      name,
      required,
      problem: ask(check),
    }));
  }

  /** Why the program is not ready, in words; empty when it is. */
  get problem(): string {
    return this.conditions()
      .filter(({ required, problem }) => required && problem !== "")
      .map(({ name, problem }) => `${name}: ${problem}`)
      .join("; ");
  }
}

function ask(check: () => string): string {
  try {
    return check();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `cannot be checked: ${reason}`;
  }
}
