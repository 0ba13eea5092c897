/** A service of a cluster on Node.js, for `node_test.ts`: `node node_cluster_program.mjs FRONTLAS_PORT EDGE_ID`. */

import process from "node:process";
import { ClusterService } from "@frontier/client/cluster";

const [port, edgeId] = process.argv.slice(2);
const service = await ClusterService.connect({
  name: "node",
  frontlas: [`127.0.0.1:${port}`],
});
const value = (await service.call(BigInt(edgeId), "where")).text();
console.log(JSON.stringify({ what: "answer", value }));
await service.close();
console.log(JSON.stringify({ what: "closed", value: true }));
