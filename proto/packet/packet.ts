/**
 * Whole frames to and from packets that are objects.
 *
 * For tests, tools and cold paths: the gateway itself reads and writes frames
 * without making objects. Source: docs/spec/wire.md §1.2 to §1.6, and §11.1 for the lengths that must be refused.
 *
 * @module
 */

import { HEADER_SIZE, MAX_PAYLOAD, VERSION } from "../wire/constants.ts";
import {
  decodeConnBody,
  decodeDataBody,
  decodeErrorBody,
  decodeFarewellBody,
  decodeSessionBody,
  encodeConnBody,
  encodeDataBody,
  encodeErrorBody,
  encodeFarewellBody,
  encodeSessionBody,
} from "../body/json_body.ts";
import {
  PACKET_RULES,
  type PacketRule,
  type PacketType,
} from "../wire/packet_rules.ts";
import type { Packet } from "./packet_types.ts";
import { ProtocolError } from "../errors/protocol_error.ts";

export type { PacketType };
export * from "./packet_types.ts";

const RULE_OF_CODE = new Map(PACKET_RULES.map((rule) => [rule.code, rule]));
const RULE_OF_NAME = new Map(PACKET_RULES.map((rule) => [rule.name, rule]));

const NOTHING = new Uint8Array(0);

/** What follows the header: fixed fields, then bytes. */
interface Payload {
  /** Size of the fixed fields in bytes. */
  fixed: number;
  /** Writes the fixed fields at an offset. */
  write: (view: DataView, at: number) => void;
  /** What comes after them. */
  rest: Uint8Array;
}

function withSession(sessionId: bigint, rest: Uint8Array): Payload {
  const write = (view: DataView, at: number): void =>
    view.setBigUint64(at, sessionId);
  return { fixed: 8, write, rest };
}

function payloadOf(packet: Packet): Payload {
  switch (packet.type) {
    case "conn":
      return {
        fixed: 10,
        write: (view, at) => {
          view.setUint8(at, packet.flags);
          view.setBigUint64(at + 2, packet.clientId);
        },
        rest: encodeConnBody(packet.body),
      };
    case "conn-ack":
      return {
        fixed: 9,
        write: (view, at) => {
          view.setUint8(at, packet.returnCode);
          view.setBigUint64(at + 1, packet.clientId);
        },
        rest: encodeConnBody(packet.body),
      };
    case "disconn":
    case "heartbeat":
    case "heartbeat-ack":
      return { fixed: 0, write: () => {}, rest: NOTHING };
    case "disconn-ack":
      return {
        fixed: 1,
        write: (view, at) => view.setUint8(at, packet.returnCode),
        rest: encodeConnBody(packet.body),
      };
    case "farewell":
      return {
        fixed: 0,
        write: () => {},
        rest: encodeFarewellBody(packet.reason),
      };
    case "session":
      return {
        fixed: 10,
        write: (view, at) => {
          view.setUint8(at, packet.priority);
          view.setUint8(at + 1, packet.flags);
          view.setBigUint64(at + 2, packet.negotiateId);
        },
        rest: encodeSessionBody(packet.body),
      };
    case "session-ack":
      return {
        fixed: 18,
        write: (view, at) => {
          view.setUint16(at, packet.flags);
          view.setBigUint64(at + 2, packet.negotiateId);
          view.setBigUint64(at + 10, packet.sessionId);
        },
        rest: encodeSessionBody(packet.body),
      };
    case "dismiss":
    case "dismiss-ack":
      return withSession(packet.sessionId, encodeSessionBody(packet.body));
    case "message":
    case "message-ack":
    case "request":
    case "response":
      return withSession(packet.sessionId, encodeDataBody(packet.body));
    case "stream":
      return withSession(packet.sessionId, packet.data);
    case "credit":
      return {
        fixed: 12,
        write: (view, at) => {
          view.setBigUint64(at, packet.sessionId);
          view.setUint32(at + 8, packet.bytes);
        },
        rest: NOTHING,
      };
    case "request-cancel":
      return {
        fixed: 10,
        write: (view, at) => {
          view.setBigUint64(at, packet.sessionId);
          view.setUint16(at + 8, packet.cancelType);
        },
        rest: NOTHING,
      };
    case "register":
      return withSession(packet.sessionId, packet.method);
    case "register-ack":
      return withSession(packet.sessionId, encodeErrorBody(packet.error));
  }
}

/**
 * Encodes a packet.
 *
 * @param packet What to encode.
 * @returns The whole frame, header included.
 * @throws {RangeError} If the payload would exceed what a peer accepts.
 *
 * @example
 * ```ts
 * const frame = encodePacket({ type: "heartbeat", packetId: 7n });
 * const packet = decodePacket(frame);
 * if (packet.type !== "heartbeat" || packet.packetId !== 7n) throw new Error();
 * ```
 */
export function encodePacket(packet: Packet): Uint8Array<ArrayBuffer> {
  const { fixed, write, rest } = payloadOf(packet);
  const length = fixed + rest.length;
  if (length > MAX_PAYLOAD) {
    throw new RangeError(
      `Cannot encode ${packet.type}: payload of ${length} bytes exceeds ${MAX_PAYLOAD}`,
    );
  }
  const frame = new Uint8Array(HEADER_SIZE + length);
  const view = new DataView(frame.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, RULE_OF_NAME.get(packet.type)!.code);
  view.setBigUint64(2, packet.packetId);
  view.setUint32(10, length);
  write(view, HEADER_SIZE);
  frame.set(rest, HEADER_SIZE + fixed);
  return frame;
}

/** Checks a frame against the rule of its type, before anything inside is read. */
function ruleOf(frame: Uint8Array, view: DataView): PacketRule {
  if (frame.length < HEADER_SIZE) {
    throw new ProtocolError(
      `Cannot decode frame: ${frame.length} bytes, need ${HEADER_SIZE}`,
    );
  }
  const code = view.getUint8(1);
  const length = view.getUint32(10);
  const rule = RULE_OF_CODE.get(code);
  if (rule === undefined) {
    throw new ProtocolError(`Cannot decode frame: unknown type ${code}`);
  }
  const max = rule.max ?? MAX_PAYLOAD;
  if (length < rule.min || length > max) {
    throw new ProtocolError(
      `Cannot decode ${rule.name}: payload of ${length} bytes, need ${rule.min} to ${max}`,
    );
  }
  if (frame.length !== HEADER_SIZE + length) {
    throw new ProtocolError(
      `Cannot decode ${rule.name}: ${frame.length} bytes, need ${
        HEADER_SIZE + length
      }`,
    );
  }
  return rule;
}

/**
 * Decodes a whole frame.
 *
 * @param frame Exactly one frame, header included.
 * @returns The packet. Its raw bytes are views of the frame.
 * @throws {ProtocolError} If the type is unknown, a length does not fit, or a
 * Go peer would refuse the body.
 */
export function decodePacket(frame: Uint8Array): Packet {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const { name: type } = ruleOf(frame, view);
  const packetId = view.getBigUint64(2);
  const at = HEADER_SIZE;
  const end = frame.length;
  switch (type) {
    case "conn":
      return {
        type,
        packetId,
        flags: view.getUint8(at),
        clientId: view.getBigUint64(at + 2),
        body: decodeConnBody(frame, at + 10, end),
      };
    case "conn-ack":
      return {
        type,
        packetId,
        returnCode: view.getUint8(at),
        clientId: view.getBigUint64(at + 1),
        body: decodeConnBody(frame, at + 9, end),
      };
    case "disconn":
    case "heartbeat":
    case "heartbeat-ack":
      return { type, packetId };
    case "disconn-ack":
      return {
        type,
        packetId,
        returnCode: view.getUint8(at),
        body: decodeConnBody(frame, at + 1, end),
      };
    case "farewell":
      return { type, packetId, reason: decodeFarewellBody(frame, at, end) };
    case "session":
      return {
        type,
        packetId,
        priority: view.getUint8(at),
        flags: view.getUint8(at + 1),
        negotiateId: view.getBigUint64(at + 2),
        body: decodeSessionBody(frame, at + 10, end),
      };
    case "session-ack":
      return {
        type,
        packetId,
        flags: view.getUint16(at),
        negotiateId: view.getBigUint64(at + 2),
        sessionId: view.getBigUint64(at + 10),
        body: decodeSessionBody(frame, at + 18, end),
      };
    default:
      return decodeOfSession(type, packetId, frame, view);
  }
}

/** Types whose payload begins with the session id. */
type OfSession = Exclude<
  PacketType,
  | "conn"
  | "conn-ack"
  | "disconn"
  | "disconn-ack"
  | "farewell"
  | "heartbeat"
  | "heartbeat-ack"
  | "session"
  | "session-ack"
>;

function decodeOfSession(
  type: OfSession,
  packetId: bigint,
  frame: Uint8Array,
  view: DataView,
): Packet {
  const sessionId = view.getBigUint64(HEADER_SIZE);
  const at = HEADER_SIZE + 8;
  const end = frame.length;
  switch (type) {
    case "dismiss":
    case "dismiss-ack": {
      const body = decodeSessionBody(frame, at, end);
      return { type, packetId, sessionId, body };
    }
    case "message":
    case "message-ack":
    case "request":
    case "response": {
      const body = decodeDataBody(frame, at, end);
      return { type, packetId, sessionId, body };
    }
    case "stream":
      return { type, packetId, sessionId, data: frame.subarray(at) };
    case "credit":
      return { type, packetId, sessionId, bytes: view.getUint32(at) };
    case "request-cancel":
      return { type, packetId, sessionId, cancelType: view.getUint16(at) };
    case "register":
      return { type, packetId, sessionId, method: frame.subarray(at) };
    case "register-ack": {
      const error = decodeErrorBody(frame, at, end);
      return { type, packetId, sessionId, error };
    }
  }
}
