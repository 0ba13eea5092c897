/**
 * Passwords, kept out of what is printed.
 *
 * @module
 */

/**
 * User, password or token in front of a host: everything up to the last `@`,
 * for a password may have one, too.
 */
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/)?.*@/is;

/**
 * Takes user and password out of an address, for everything that is printed.
 *
 * @param text An address as it stands in a file, or any other text.
 * @returns The text with `***` in place of what stands before the host.
 */
export function hideCredentials(text: string): string {
  return text.replace(CREDENTIALS, "$1***@");
}
