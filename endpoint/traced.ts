/**
 * Errors that show who waited for them.
 *
 * @module
 */

/** What V8 offers beside the standard. */
const { captureStackTrace } = Error as {
  captureStackTrace?: (error: object, below: unknown) => void;
};

/**
 * Waits for an outcome that is told from the event loop. An error is made where
 * the answer was read, and nobody in its stack is the caller's; at this point,
 * where the caller goes on, the engine knows who waits: the stack is taken
 * anew. Success costs one promise.
 *
 * @param outcome What is waited for; each error of it is nobody else's.
 * @returns The same, with the caller in the stack of its error.
 */
export function traced<T>(outcome: Promise<T>): Promise<T> {
  return outcome.then(undefined, retrace);
}

function retrace(error: unknown): never {
  if (error instanceof Error) captureStackTrace?.(error, retrace);
  throw error;
}
