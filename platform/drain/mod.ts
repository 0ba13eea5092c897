/**
 * How a server that stops lets its connections go, whatever they are: one after
 * the other, each when nothing of it is in flight.
 *
 * @module
 */

export * from "./departures.ts";
