/**
 * Which topics are subjects of NATS.
 *
 * @module
 */

/**
 * @param subject A topic.
 * @returns Why NATS does not take it as a subject; empty when it does.
 */
export function subjectRule(subject: string): string {
  if (/[\s\0]/.test(subject)) return "a subject has no blanks";
  const tokens = subject.split(".");
  if (tokens.includes("")) return "a subject has no empty part between dots";
  if (tokens.some((token) => token === "*" || token === ">")) {
    return "a subject to publish to has no wildcard";
  }
  return subject.startsWith("$")
    ? "subjects with $ in front are the server's"
    : "";
}
