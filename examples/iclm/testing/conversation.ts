/**
 * Everything that can be typed into edge and service, with the answers, for
 * tests: whatever language they are written in, and however they are typed into.
 *
 * @module
 */

/** One of the two programs. */
export interface Talker {
  /** What it has printed. */
  readonly output: string;
  /** Waits until something was printed. */
  prints(text: string | RegExp, from?: number): Promise<string>;
  /** Types text. */
  type(text: string): Promise<void> | void;
}

/** How both are typed into. */
export interface Conversation {
  /** The service, with `--topics t1 --methods echo --printmessage`. */
  readonly service: Talker;
  /** The edge, with `--methods echo`. */
  readonly edge: Talker;
  /** The Enter key. */
  readonly enter: string;
}

/**
 * Types every command.
 *
 * @param conversation The programs; the edge has just connected.
 * @throws {Error} If an answer does not come.
 */
export async function converse(
  { service, edge, enter }: Conversation,
): Promise<void> {
  const ask = async (who: Talker, line: string, answer: string | RegExp) => {
    const from = who.output.length;
    await who.type(line + enter);
    return await who.prints(answer, from);
  };
  const hears = async (
    who: Talker,
    text: string | RegExp,
    action: Promise<unknown>,
  ) => {
    const from = who.output.length;
    await action;
    return await who.prints(text, from);
  };
  const id = await service.prints(/> online, edgeID: (\d+), addr: 127\./);

  await ask(service, "count", "> count: 1");
  await ask(edge, "help", /protocol\r?\n\t1\. close\r?\n\t2\. quit\r?\n\t3\./);
  await ask(service, "help", /9\. call \{\w+\} \{method\} \{req\}/);
  await ask(edge, "nonsense", "> illegal operation");
  await ask(edge, "publish a b c", "> illegal operation");
  await ask(edge, "publish alone", "> illegal operation");
  await ask(service, "call echo x", "> illegal operation");
  await ask(service, "publish abc x", "> illegal edgeID");
  await ask(service, "publish 42 x", /> publish err: edge not online/);
  await ask(service, "call 42 echo x", /> call err: edge not online/);
  await ask(edge, "publish nobody x", /> publish err: \S/);
  await ask(edge, "call nothing x", /> call err: \S/);
  // Go's edges cannot be told at once: their stream ends.
  await ask(
    edge,
    "open nobody",
    /> open stream err: \S|> streamID: \d+ read err: EOF/,
  );
  await ask(edge, "close 99", "> stream id: 99 not found");
  await ask(edge, "switch 99", "> swith stream failed, not found: 99");

  // What is labelled arrives without its label.
  await hears(
    service,
    `> receive msg, edgeID: ${id} streamID: 1 data: héllo`,
    ask(edge, "publish t1 héllo", "> publish success"),
  );
  await hears(
    service,
    `> rpc called, method: echo edgeID: ${id} streamID: 1 data: ping`,
    ask(edge, "call echo ping", "> call success, ret: ping"),
  );
  await hears(
    edge,
    `> receive msg, edgeID: ${id} streamID: 1 data: down`,
    ask(service, `publish ${id} down`, "> publish success"),
  );
  await hears(
    edge,
    `> rpc called, method: echo edgeID: ${id} streamID: 1 data: up`,
    ask(service, `call ${id} echo up`, "> call success, ret: up"),
  );

  // A stream of the edge.
  const before = service.output.length;
  const own = await ask(edge, "open foo", /> open stream success: (\d+)/);
  const other = await service.prints(/> accept stream \d+ (\d+)/, before);
  await ask(edge, `switch ${own}`, `> swith stream success: ${own}`);
  await edge.prints(`[${own.padStart(20)}] >>> `);
  await ask(service, `switch ${other}`, `> swith stream success: ${other}`);
  // Go's peers register on streams a little later.
  await new Promise((resolve) => setTimeout(resolve, 300));
  await hears(
    service,
    new RegExp(`> receive msg, edgeID: \\d+ streamID: ${other} data: inner`),
    ask(edge, "publish inner", "> publish success"),
  );
  await ask(edge, "call echo within", "> call success, ret: within");
  await hears(
    edge,
    `> receive msg, edgeID: ${id} streamID: ${own} data: outer`,
    ask(service, "publish outer", "> publish success"),
  );
  await ask(service, "call echo back", "> call success, ret: back");
  await hears(
    service,
    `> receive msg, edgeID: ${id} streamID: 1 data: aside`,
    ask(edge, "publish t1 aside", "> publish success"),
  );
  await hears(
    service,
    new RegExp(`> streamID: ${other} (read|receive) err: EOF`),
    ask(edge, `close ${own}`, `> close stream success: ${own}`),
  );
  await ask(edge, `close ${own}`, `> stream id: ${own} not found`);
  await ask(edge, "switch 1", "> swith stream success: 1");
  await ask(service, "switch 1", "> swith stream success: 1");

  // A stream of the service.
  const mark = edge.output.length;
  const opened = await ask(
    service,
    `open ${id}`,
    new RegExp(`> open stream success: ${id} (\\d+)`),
  );
  await edge.prints(/> accept stream (\d+)/, mark);
  await ask(service, `close ${opened}`, `> close stream success: ${opened}`);

  const end = service.output.length;
  await edge.type(`quit${enter}`);
  await service.prints(`> offline, edgeID: ${id}, addr: 127.0.0.1:`, end);
  await ask(service, "count", "> count: 0");
  await service.type(`close${enter}`);
}
