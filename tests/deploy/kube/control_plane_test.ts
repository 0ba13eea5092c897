/** The control plane that deployments are tested with. */

import { assert, assertStringIncludes } from "@std/assert";
import { ControlPlane, until } from "./control_plane.ts";
import { FakeKubelet } from "./fake_kubelet.ts";
import { kubeTest } from "./register.ts";

kubeTest(
  "a Deployment rolls out on the control plane of the tests, and its API server comes back after a crash",
  async () => {
    await using plane = await ControlPlane.start();
    await using kubelet = new FakeKubelet(plane.admin);
    await until(
      "the namespace is there",
      () =>
        plane.kubectl("get", "serviceaccount", "default").then(
          () => true,
          () => false,
        ),
    );
    await plane.kubectl(
      "create",
      "deployment",
      "x",
      "--image=x",
      "--replicas=2",
    );
    await plane.kubectl("rollout", "status", "deployment/x", "--timeout=60s");
    await plane.killApiServer();
    await plane.startApiServer();
    await plane.kubectl("scale", "deployment/x", "--replicas=1");
    await until("one pod is left", () => kubelet.pods.length === 1);
    await plane.kubectl("delete", "deployment", "x");
    await until("no pod is left", () => kubelet.pods.length === 0);
    assert(kubelet.mostStopping > 0);
    const version = await plane.admin.get<{ gitVersion: string }>("/version");
    assertStringIncludes(version.gitVersion, "v1.");
  },
);
