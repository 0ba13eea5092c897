import { assertEquals } from "@std/assert";
import { managedByUs } from "./take_over.ts";

Deno.test("fields of everybody but the controllers of Kubernetes become ours", () => {
  const status = {
    manager: "kube-controller-manager",
    operation: "Update",
    subresource: "status",
  };
  assertEquals(
    managedByUs({
      metadata: {
        name: "x",
        managedFields: [
          {
            manager: "manager",
            operation: "Update",
            apiVersion: "apps/v1",
            fieldsV1: { "f:spec": { "f:replicas": {} } },
          },
          status,
          {
            manager: "kubectl-edit",
            operation: "Update",
            apiVersion: "apps/v1",
            fieldsV1: { "f:spec": { "f:paused": {} } },
          },
        ],
      },
    }),
    [{
      manager: "frontier-operator",
      operation: "Apply",
      apiVersion: "apps/v1",
      fieldsV1: { "f:spec": { "f:replicas": {}, "f:paused": {} } },
    }, status],
  );
  assertEquals(managedByUs({ metadata: { name: "x" } }), []);
});
