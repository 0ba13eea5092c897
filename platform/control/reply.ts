/**
 * What goes with an answer beside the message.
 *
 * @module
 */

/** What a method may say beside its answer; of a method with one answer only. */
export interface Reply {
  /**
   * Says something about the answer: a header of HTTP, metadata of gRPC.
   *
   * @param name Its name, in lower case.
   * @param value What is said.
   */
  header(name: string, value: string): void;
  /**
   * Gives the answer another status over REST, where checks look at nothing
   * else. Over gRPC the call has succeeded.
   *
   * @param status The status of HTTP.
   */
  restStatus(status: number): void;
}

/** Keeps what a method says until its answer is sent. */
export class KeptReply implements Reply {
  /** Status of HTTP. */
  status = 200;
  /** What is said about the answer. */
  readonly headers: [name: string, value: string][] = [];

  /**
   * @param name Its name, in lower case.
   * @param value What is said.
   */
  header(name: string, value: string): void {
    this.headers.push([name, value]);
  }

  /**
   * @param status The status of HTTP.
   */
  restStatus(status: number): void {
    this.status = status;
  }
}
