/** What each variable of the help does: a value, and the line it makes. */
export const VARIABLES: Record<string, [value: string, line: string]> = {
  FRONTIER_SERVICEBOUND_PORT: ["4711", "    addr: 127.0.0.1:4711"],
  FRONTIER_EDGEBOUND_PORT: ["4712", "    addr: 0.0.0.0:4712"],
  FRONTIER_DRAIN_SECONDS: ["7", "  drain_seconds: 7"],
  LOG_LEVEL: ["warn", "  level: warn"],
  LOG_OUTPUT: ["both", "  output: both"],
  LOG_FORMAT: ["json", "  format: json"],
  LOG_FILE: ["y.log", "    path: y.log"],
  FRONTIER_ID: ["pod-7", "  frontier_id: pod-7"],
  FRONTIER_SERVICEBOUND_ADVERTISED_ADDR: [
    "10.0.0.7:30011",
    "    advertised_addr: 10.0.0.7:30011",
  ],
  FRONTIER_EDGEBOUND_ADVERTISED_ADDR: [
    "gw.example:31012",
    "    advertised_addr: gw.example:31012",
  ],
  NODE_NAME: ["n1", "  frontier_id: frontier-n1"],
  FRONTLAS_ADDR: ["directory:40012", "      - directory:40012"],
};
