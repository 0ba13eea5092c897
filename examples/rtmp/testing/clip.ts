/**
 * Video for tests, made, pushed and played by ffmpeg.
 *
 * @module
 */

import { Program } from "../../testing/run_program.ts";

/** Frames of a clip: 25 per second. */
export const FRAMES = 100;
const SECONDS = FRAMES / 25;

const QUIET = ["-hide_banner", "-nostdin", "-loglevel", "error", "-y"];

async function ffmpeg(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("ffmpeg", {
    args: [...QUIET, ...args],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr));
  return decoder.decode(stdout);
}

/**
 * Makes a clip with sound. All frames follow from the first, so that whoever
 * joins later gets all of them.
 *
 * @param path Where.
 */
export async function makeClip(path: string): Promise<void> {
  await ffmpeg(
    ...["-f", "lavfi", "-i", "testsrc=size=320x240:rate=25"],
    ...["-f", "lavfi", "-i", "sine", "-t", `${SECONDS}`],
    ...["-c:v", "libx264", "-preset", "ultrafast", "-g", "1000"],
    ...["-c:a", "aac", "-f", "flv", path],
  );
}

/**
 * @param path A clip.
 * @returns Sizes and hashes of its frames, one line for each.
 */
export async function framesOf(path: string): Promise<string[]> {
  return frames(
    await ffmpeg(
      "-i",
      path,
      "-map",
      "0:v",
      "-c",
      "copy",
      "-f",
      "framemd5",
      "-",
    ),
  );
}

/**
 * Pushes a clip as a camera does, as fast as it would be filmed.
 *
 * @param path The clip.
 * @param url Where to.
 * @returns The running ffmpeg.
 */
export function push(path: string, url: string): Program {
  return new Program("ffmpeg", [
    ...[...QUIET, "-re", "-i", path, "-c", "copy", "-progress", "pipe:1"],
    ...["-f", "flv", url],
  ]);
}

/**
 * Plays a stream until it ends.
 *
 * @param url Where from.
 * @param args Options that go before the input.
 * @returns Sizes and hashes of the frames that were received.
 */
export async function play(url: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command("ffmpeg", {
    args: [
      ...[...QUIET, ...args, "-i", url, "-map", "0:v", "-c", "copy"],
      ...["-f", "framemd5", "-"],
    ],
    stdin: "null",
  }).output();
  return frames(new TextDecoder().decode(stdout));
}

/** The last two columns of each line that is no comment: size and hash. */
function frames(text: string): string[] {
  return text.split("\n").filter((line) => /^\d/.test(line)).map((line) =>
    line.split(",").slice(-2).map((part) => part.trim()).join(" ")
  );
}
