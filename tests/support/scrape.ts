/** Reads metrics as Prometheus does. */

/** All samples of a scrape, by name and labels as they stand there. */
export type Samples = ReadonlyMap<string, number>;

/**
 * @param port A metrics port on this machine.
 * @returns What it says now.
 */
export async function scrape(port: number): Promise<Samples> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return parseSamples(text);
}

/**
 * @param text Metrics in the format of Prometheus.
 * @returns Their samples.
 */
export function parseSamples(text: string): Samples {
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const at = line.lastIndexOf(" ");
    const value = line.slice(at + 1);
    samples.set(line.slice(0, at), value === "+Inf" ? Infinity : Number(value));
  }
  return samples;
}

/**
 * @param samples A scrape.
 * @param name A metric.
 * @returns The sum of all its samples.
 */
export function total(samples: Samples, name: string): number {
  let sum = 0;
  for (const [key, value] of samples) {
    if (key === name || key.startsWith(`${name}{`)) sum += value;
  }
  return sum;
}
