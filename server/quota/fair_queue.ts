/**
 * Takes turns among sources.
 *
 * @module
 */

/** Something that waits in a {@linkcode FairQueue}, in at most one at a time. */
export class FairItem {
  /** What it costs; set while it waits. */
  cost = 0;
  /** The queue of its source; `undefined` while it does not wait. */
  flow: Flow | undefined = undefined;
  /** The one before it of the same source. */
  before: FairItem | undefined = undefined;
  /** The one after it of the same source. */
  after: FairItem | undefined = undefined;
}

/** What waits of one source. */
class Flow {
  readonly key: unknown;
  first: FairItem | undefined = undefined;
  last: FairItem | undefined = undefined;
  /** What all of it costs. */
  cost = 0;
  /** What it may spend now; saved up from round to round until its next item is paid. */
  credit = 0;
  /** Neighbours in the round. */
  left: Flow = this;
  right: Flow = this;

  constructor(key: unknown) {
    this.key = key;
  }
}

/**
 * Deficit round robin: sources take turns, each gets the same to spend per
 * round, and saves it until it can pay its next item. The order within a source
 * stays. A source that has nothing waiting is not known.
 *
 * Putting in and removing cost the same however many wait; taking out costs
 * one step per `quantum` of what the items before it cost.
 */
export class FairQueue<Item extends FairItem> {
  /** How many wait. */
  size = 0;
  /** What they cost together. */
  cost = 0;
  readonly #quantum: number;
  readonly #flows: Map<unknown, Flow> = new Map();
  /** Whose turn it is. */
  #turn: Flow | undefined = undefined;
  /** Where an item was pushed out last. */
  #crowd: Flow | undefined = undefined;

  /**
   * @param quantum What a source gets per round; about the cost of an ordinary
   * item.
   */
  constructor(quantum: number) {
    this.#quantum = quantum;
  }

  /** How many sources wait. */
  get sources(): number {
    return this.#flows.size;
  }

  /**
   * @param source Whoever may have put something in; compared by identity.
   * @returns Whether something of it waits.
   */
  has(source: unknown): boolean {
    return this.#flows.has(source);
  }

  /**
   * @param source Whoever may have put something in; compared by identity.
   * @returns What all of it that waits costs together.
   */
  costOf(source: unknown): number {
    return this.#flows.get(source)?.cost ?? 0;
  }

  /** Passes over the source whose turn it is; it saves nothing for that. */
  skip(): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    turn.credit = 0;
    this.#turn = turn.right;
    this.#turn.credit += this.#quantum;
  }

  /**
   * Puts an item behind those of its source.
   *
   * @param item The item; it waits nowhere.
   * @param source Whose it is; compared by identity.
   * @param cost What it costs; more than 0.
   */
  push(item: Item, source: unknown, cost: number): void {
    const flow = this.#flows.get(source) ?? this.#join(source);
    item.flow = flow;
    item.cost = cost;
    item.before = flow.last;
    if (flow.last === undefined) flow.first = item;
    else flow.last.after = item;
    flow.last = item;
    flow.cost += cost;
    this.size++;
    this.cost += cost;
  }

  /** @returns The item whose turn it is, which stays; `undefined` when none waits. */
  peek(): Item | undefined {
    let flow = this.#turn;
    if (flow === undefined) return undefined;
    // Alone it waits for nobody.
    if (flow.right === flow) return flow.first as Item;
    while (flow.credit < flow.first!.cost) {
      flow = flow.right;
      flow.credit += this.#quantum;
    }
    this.#turn = flow;
    return flow.first as Item;
  }

  /** @returns The item whose turn it is, taken out; `undefined` when none waits. */
  shift(): Item | undefined {
    const item = this.peek();
    if (item === undefined) return undefined;
    const flow = item.flow!;
    flow.credit = Math.max(0, flow.credit - item.cost);
    this.remove(item);
    return item;
  }

  /**
   * Takes an item out, wherever it waits.
   *
   * @param item One that waits in this queue.
   */
  remove(item: Item): void {
    const flow = item.flow!;
    const { before, after, cost } = item;
    if (before === undefined) flow.first = after;
    else before.after = after;
    if (after === undefined) flow.last = before;
    else after.before = before;
    item.flow = item.before = item.after = undefined;
    flow.cost -= cost;
    this.size--;
    this.cost -= cost;
    if (flow.first === undefined) this.#part(flow);
  }

  /**
   * Makes room in a full queue: takes out the youngest item of a source that
   * has at least its even part of what waits.
   *
   * @param source Who wants the room.
   * @returns The item; `undefined` when that source itself has as much.
   */
  evict(source: unknown): Item | undefined {
    const even = this.cost / this.#flows.size;
    const own = this.#flows.get(source)?.cost ?? 0;
    if (this.size === 0 || own >= even) return undefined;
    // Stays where it is while much waits there: few steps per item.
    let flow = this.#crowd ?? this.#turn!;
    while (flow.cost < even) flow = flow.right;
    this.#crowd = flow;
    const item = flow.last as Item;
    this.remove(item);
    return item;
  }

  /** @returns Everything that waits, source by source; it stays. */
  *[Symbol.iterator](): Generator<Item, void, undefined> {
    for (const flow of this.#flows.values()) {
      for (let item = flow.first; item !== undefined; item = item.after) {
        yield item as Item;
      }
    }
  }

  /** A newcomer waits for all others once. */
  #join(source: unknown): Flow {
    const flow = new Flow(source);
    this.#flows.set(source, flow);
    const turn = this.#turn;
    if (turn === undefined) {
      this.#turn = flow;
      return flow;
    }
    flow.left = turn.left;
    flow.right = turn;
    turn.left.right = flow;
    turn.left = flow;
    return flow;
  }

  #part(flow: Flow): void {
    this.#flows.delete(flow.key);
    if (this.#crowd === flow) this.#crowd = undefined;
    if (flow.right === flow) {
      this.#turn = undefined;
      return;
    }
    flow.left.right = flow.right;
    flow.right.left = flow.left;
    if (this.#turn !== flow) return;
    this.#turn = flow.right;
    this.#turn.credit += this.#quantum;
  }
}
