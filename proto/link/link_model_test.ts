import { assert, assertEquals } from "@std/assert";
import * as wire from "../wire/constants.ts";
import { obtainBuffer, releaseBuffer } from "../wire/buffer_pool.ts";
import type { CloseReason } from "./close_reason.ts";
import { FEATURES } from "./features.ts";
import { FrameReader } from "../wire/frame_reader.ts";
import type { LinkSession as Session } from "./link.ts";
import type { LinkSettings } from "./link_settings.ts";
import { STREAM_HEAD } from "./link_output.ts";
import { effort } from "../testing/effort.ts";
import { type RecordedPending, Recorder } from "../testing/recorder.ts";
import { SimNetwork, type SimPort } from "../testing/sim_network.ts";

const EMPTY = new TextEncoder().encode("{}");
const decoder = new TextDecoder();

/** The byte a stream carries at an offset. */
function byteAt(role: string, id: bigint, offset: number): number {
  const salt = Number(id & 0xffn) + (role === "client" ? 101 : 0);
  return (offset * 31 + (offset >>> 8) * 17 + salt) & 255;
}

/** One end of the history: does random things, and checks what it sees. */
class ModelEnd extends Recorder {
  peer!: ModelEnd;
  readonly asked: RecordedPending[] = [];
  /** Sessions known, with the reasons of their end: one each. */
  readonly known: Map<Session, string[]> = new Map();
  readonly openIds: Map<bigint, Session> = new Map();
  readonly sent: Map<bigint, number> = new Map();
  readonly received: Map<bigint, number> = new Map();
  readonly queued: Map<Session, number> = new Map();
  readonly unconsumed: Map<Session, number> = new Map();
  readonly undecided: Session[] = [];
  /** Accepted sessions whose bytes nobody wants yet. */
  readonly unwanted: Session[] = [];
  /** With what reasons this end has closed sessions. */
  readonly said: Map<bigint, string> = new Map();
  /** What it has agreed to, for all sessions that are not over. */
  promised = 0;
  readonly unanswered: (() => void)[] = [];
  pauses = 0;
  readonly network: SimNetwork;

  constructor(
    role: "client" | "server",
    port: SimPort,
    settings: Partial<LinkSettings>,
    network: SimNetwork,
  ) {
    super(role, port, settings);
    this.network = network;
    this.onFrame = (session, frame) => {
      const { type, idHi, idLo } = frame;
      if (type === wire.TYPE_REQUEST_CANCEL) return;
      const answer = () =>
        session.whenReady(() => {
          if (type === wire.TYPE_REGISTER) {
            this.link.ackRegister(session, idHi, idLo);
            return;
          }
          const back = type === wire.TYPE_REQUEST
            ? wire.TYPE_RESPONSE
            : wire.TYPE_MESSAGE_ACK;
          this.link.writeBody(session, back, idHi, idLo, EMPTY);
        });
      if (network.random() < 0.6) answer();
      else this.unanswered.push(answer);
    };
    this.onOffer = (session) => {
      this.known.set(session, []);
      if (network.random() < 0.7) this.#accept(session);
      else this.undecided.push(session);
    };
    this.onRoom = (session) => this.#send(session);
    this.mayPromise = (_session, bytes) => {
      assert(bytes > 0);
      if (network.random() < 0.3) return false;
      this.promised += bytes;
      return true;
    };
  }

  override onStream(session: Session, frame: FrameReader): void {
    const { id } = session;
    let at = this.received.get(id) ?? 0;
    for (let i = frame.bodyStart; i < frame.bodyEnd; i++) {
      if (frame.buf[i] !== byteAt(this.peer.link.role, id, at)) {
        throw new Error(`Cannot accept byte ${at} of session ${id}`);
      }
      at++;
    }
    assert(at <= (this.peer.sent.get(id) ?? 0));
    assert(session.receiveWindow >= 0);
    this.received.set(id, at);
    const count = frame.bodyEnd - frame.bodyStart;
    if (this.network.random() < 0.5) session.consume(count);
    else {
      this.unconsumed.set(
        session,
        (this.unconsumed.get(session) ?? 0) + count,
      );
    }
  }

  override onSessionOpen(session: Session): void {
    super.onSessionOpen(session);
    assertEquals(session.link, this.link);
    this.openIds.set(session.id, session);
  }

  override onSessionEnd(): void {}

  override onSessionClosed(
    session: Session,
    reason: CloseReason,
  ): void {
    assertEquals(session.link, this.link);
    this.known.get(session)!.push(reason.text);
    this.promised -= session.promised;
    if (reason.text !== "closed") {
      assert(session.dismissReceived || session.endReason !== "");
      return;
    }
    const said = this.peer.said.get(session.id);
    assertEquals(session.endReason, this.link.reason ? said ?? "" : "");
    // The peer's dismiss came after all its bytes.
    const { id } = session;
    assertEquals(this.received.get(id) ?? 0, this.peer.sent.get(id) ?? 0);
  }

  act(): void {
    const { network, link } = this;
    switch (network.pick(12)) {
      case 0:
      case 1: {
        const session = this.#anySession();
        const type = [
          wire.TYPE_REQUEST,
          wire.TYPE_MESSAGE,
          wire.TYPE_REGISTER,
        ][network.pick(3)]!;
        session.whenReady(() => {
          const pending = this.ask(
            type,
            EMPTY,
            session,
            1 + network.pick(40_000),
          );
          this.asked.push(pending);
          if (type === wire.TYPE_REQUEST && network.random() < 0.2) {
            link.sendCancel(pending);
          }
        });
        break;
      }
      case 2:
        if (link.state !== "open") break;
        this.known.set(link.openSession("x")!, []);
        break;
      case 3:
      case 4:
      case 5: {
        const session = this.#anySession();
        if (session.isDefault) break;
        this.queued.set(
          session,
          (this.queued.get(session) ?? 0) + network.pick(20_000),
        );
        this.#send(session);
        break;
      }
      case 6:
        if (network.random() < 0.4) {
          const session = this.#anySession();
          if (!session.isDefault) this.#close(session);
        }
        break;
      case 7:
        if (this.pauses < 2) {
          this.pauses++;
          link.pause();
        }
        break;
      case 8:
      case 9:
        if (this.pauses > 0) {
          this.pauses--;
          link.resume();
        }
        break;
      case 10:
        this.consumeAll();
        break;
      case 11:
        this.decideAll();
    }
  }

  consumeAll(): void {
    for (const [session, count] of this.unconsumed) session.consume(count);
    this.unconsumed.clear();
  }

  decideAll(): void {
    for (const session of this.undecided.splice(0)) {
      const roll = this.network.random();
      if (roll < 0.6) this.#accept(session);
      else if (roll < 0.8) session.refuse("no");
      else session.close();
    }
    for (const answer of this.unanswered.splice(0)) answer();
    for (const session of this.unwanted.splice(0)) session.raise();
  }

  unpause(): void {
    for (; this.pauses > 0; this.pauses--) this.link.resume();
  }

  calm(): void {
    this.unpause();
    this.decideAll();
    this.onBytes = (session, count) => session.consume(count);
  }

  #accept(session: Session): void {
    const wanted = this.network.random() < 0.7;
    session.accept(wanted);
    if (!wanted) this.unwanted.push(session);
    if (session.state === "open") this.openIds.set(session.id, session);
  }

  #close(session: Session): void {
    const reason = this.network.random() < 0.5 ? "cut" : "";
    // A dismiss of the peer may come before the end of the hold.
    if (session.ready) this.said.set(session.id, reason);
    session.close(session.ready ? reason : "");
  }

  #anySession(): Session {
    const all = [...this.openIds.values()].filter((s) => s.state === "open");
    return all[this.network.pick(all.length + 2)] ?? this.link.defaultSession;
  }

  #send(session: Session): void {
    let left = this.queued.get(session) ?? 0;
    while (left > 0) {
      const { id } = session;
      const at = this.sent.get(id) ?? 0;
      const count = Math.min(left, 3_000);
      const end = STREAM_HEAD + count;
      const bytes = obtainBuffer(end);
      for (let i = 0; i < count; i++) {
        bytes[STREAM_HEAD + i] = byteAt(this.link.role, id, at + i);
      }
      const given = this.network.random() < 0.5 &&
        session.adopt(bytes, STREAM_HEAD, end);
      const taken = given ? count : session.send(bytes, STREAM_HEAD, end);
      if (!given) releaseBuffer(bytes);
      this.sent.set(id, at + taken);
      assert(session.sendWindow >= 0 && this.link.sendWindow >= 0);
      left -= taken;
      if (taken < count) break;
    }
    this.queued.set(session, left);
  }
}

/** Checks what one end puts on the wire. */
function watch(port: SimPort, plain: boolean): void {
  const reader = new FrameReader();
  port.tap = (bytes) => {
    for (let at = 0; at < bytes.length;) {
      const room = reader.reserve();
      const part = bytes.subarray(at, at + room.length);
      room.set(part);
      at += part.length;
      reader.commit(part.length);
      while (reader.next()) {
        if (!plain) continue;
        const { type, buf, bodyStart, bodyEnd } = reader;
        assert(type !== wire.TYPE_CREDIT && type !== wire.TYPE_REQUEST_CANCEL);
        if (type === wire.TYPE_CONN_ACK) {
          const json = buf.subarray(bodyStart + 9, bodyEnd);
          assertEquals(decoder.decode(json), "{}");
        }
      }
    }
  };
}

function randomFeatures(network: SimNetwork): string[] {
  if (network.random() < 0.3) return [];
  return FEATURES.filter(() => network.random() < 0.8);
}

function randomSettings(network: SimNetwork): Partial<LinkSettings> {
  return {
    features: randomFeatures(network),
    random: network.random,
    initialWindow: 50 + network.pick(4_000),
    sessionWindow: 100 + network.pick(8_000),
    connectionWindow: 100 + network.pick(20_000),
    streamMark: 500 + network.pick(20_000),
    heartbeatSeconds: network.random() < 0.5 ? 5 : 20,
  };
}

function runHistory(seed: number): void {
  const network = new SimNetwork({ seed });
  const { options } = network;
  options.maxDelayMs = network.pick(3) * network.pick(30);
  options.minDelayMs = Math.min(options.maxDelayMs, network.pick(10));
  options.maxPiece = 1 + network.pick(network.random() < 0.15 ? 10 : 5_000);
  options.capacity = 500 + network.pick(20_000);
  const [a, b] = network.pair();
  const ours = randomSettings(network);
  const theirs = randomSettings(network);
  const client = new ModelEnd("client", a, ours, network);
  const server = new ModelEnd("server", b, theirs, network);
  const ends = [client, server];
  client.peer = server;
  server.peer = client;
  watch(a, theirs.features!.length === 0);
  watch(b, ours.features!.length === 0);
  client.link.connect(undefined);
  network.run(1_000);
  for (const { link } of ends) {
    assertEquals(link.state, "open");
    for (
      const [feature, on] of [
        ["credit", link.credit],
        ["cancel", link.cancel],
        ["early-data", link.earlyData],
        ["verdict", link.verdict],
        ["reason", link.reason],
        ["farewell", link.farewell],
      ] as const
    ) {
      assertEquals(
        on,
        ours.features!.includes(feature) && theirs.features!.includes(feature),
      );
    }
  }

  const steps = 60 + network.pick(100);
  for (let i = 0; i < steps; i++) {
    ends[network.pick(2)]!.act();
    const roll = network.random();
    if (roll < 0.6) network.run(network.pick(40));
    else if (roll < 0.62) {
      // A server that does not read for long is as good as dead.
      for (const end of ends) end.unpause();
      network.run(network.pick(30_000));
    } else if (roll < 0.63) network.jump(network.pick(60_000));
  }

  let violent = false;
  if (network.random() < 0.5) {
    // Nobody ended it: it must be alive, and what was sent must arrive.
    for (const end of ends) end.calm();
    for (let i = 0; i < 400; i++) {
      for (const end of ends) {
        end.consumeAll();
        end.decideAll();
      }
      network.run(150);
    }
    for (const end of ends) {
      assertEquals(end.link.state, "open", end.events.join("; "));
      for (const session of end.openIds.values()) {
        if (session.state !== "open") continue;
        if (end.peer.openIds.get(session.id)?.state !== "open") continue;
        const { id } = session;
        assertEquals(end.queued.get(session) ?? 0, 0);
        assertEquals(end.peer.received.get(id) ?? 0, end.sent.get(id) ?? 0);
        assertEquals(session.unread, 0);
      }
    }
  }
  const end = ends[network.pick(2)]!;
  switch (network.pick(5)) {
    case 0:
      end.link.close({ kind: "closed", text: "done" });
      break;
    case 1:
      end.link.fail({ kind: "lost", text: "done" });
      violent = true;
      break;
    case 2:
      end.port.cut();
      violent = true;
      break;
    case 3:
      end.port.silent = true;
      end.link.fail({ kind: "lost", text: "done" });
      violent = true;
      break;
    case 4:
      client.link.close({ kind: "closed", text: "one" });
      server.link.close({ kind: "closed", text: "two" });
  }
  for (let i = 0; i < 10; i++) for (const one of ends) one.act();
  network.run(network.pick(200));
  for (let i = 0; i < 10; i++) for (const one of ends) one.act();
  for (const one of ends) one.calm();
  network.run(130_000);

  for (const one of ends) {
    const { link, events } = one;
    const history = events.join("; ");
    assertEquals(link.state, "closed", history);
    assertEquals(link.unansweredCount, 0);
    assertEquals(link.sessionCount, 0);
    assertEquals(link.outbox.unwritten, 0);
    assertEquals(one.promised, 0);
    const leaving = events.filter((e) => e.startsWith("leaving"));
    const closed = events.filter((e) => e.startsWith("closed"));
    assertEquals([leaving.length, closed.length], [1, 1], history);
    assert(events.indexOf(leaving[0]!) < events.indexOf(closed[0]!));
    if (!violent) {
      assert(!history.includes("protocol error"), history);
    }
    for (const pending of one.asked) assertEquals(pending.outcomes.length, 1);
    for (const [session, reasons] of one.known) {
      assertEquals(reasons.length, 1, `${session.id}: ${reasons}`);
      assertEquals(session.state, "closed");
    }
    assertEquals(link.defaultSession.state, "closed");
  }
  assertEquals(network.wheel.size, 0);
}

Deno.test("random histories keep every promise of the link", () => {
  const first = effort("FRONTIER_MODEL_SEED", 1);
  const count = effort("FRONTIER_MODEL_RUNS", 40);
  for (let seed = first; seed < first + count; seed++) {
    try {
      runHistory(seed);
    } catch (cause) {
      throw new Error(
        `Cannot keep the promises: set FRONTIER_MODEL_SEED=${seed} to see it again`,
        { cause },
      );
    }
  }
});

Deno.test("a history is the same whenever it is told", () => {
  const tell = (): string[] => {
    const network = new SimNetwork({ seed: 7, maxDelayMs: 9, maxPiece: 7 });
    const [a, b] = network.pair();
    const client = new ModelEnd("client", a, randomSettings(network), network);
    const server = new ModelEnd("server", b, randomSettings(network), network);
    client.peer = server;
    server.peer = client;
    const log: string[] = [];
    for (const port of [a, b]) {
      port.tap = (bytes) => log.push(`${network.now} ${bytes.join()}`);
    }
    client.link.connect(undefined);
    for (let i = 0; i < 60; i++) {
      (i % 2 === 0 ? client : server).act();
      network.run(20);
    }
    return [...log, ...client.events, ...server.events];
  };
  const once = tell();
  assert(once.length > 50);
  assertEquals(tell(), once);
});
