import * as fs from "node:fs";
import * as path from "node:path";
import { parseAllDocuments } from "yaml";
import { addOnImages, addOnToolSets } from "../../sandbox/cluster/add-ons";
import { cloudnativePgImage, cloudnativePgVersion, sandboxRelease } from "../../sandbox/cluster/cloudnative-pg";
import { findImages, reference, shortName } from "../../sandbox/images/catalog";

const sandbox = path.join(__dirname, "..", "..", "sandbox");
const [image] = findImages([cloudnativePgImage]);

/** As much of a release's manifest as is changed, and a definition, which isn't. */
const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: clusters.postgresql.cnpg.io
  annotations: {}   # as it is written
`;
const release = `apiVersion: v1
kind: Namespace
metadata:
  name: cnpg-system
  labels:
    app.kubernetes.io/name: cloudnative-pg
---
${definition}---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cnpg-controller-manager
  namespace: cnpg-system
spec:
  template:
    spec:
      containers:
      - name: manager
        image: ghcr.io/cloudnative-pg/cloudnative-pg:1.30.0
        imagePullPolicy: Always
        env:
        - name: OPERATOR_IMAGE_NAME
          value: ghcr.io/cloudnative-pg/cloudnative-pg:1.30.0
        resources:
          limits: { cpu: 100m, memory: 200Mi }
          requests: { cpu: 100m, memory: 100Mi }
`;

describe("the operator's release in the sandbox", () => {
    const text = sandboxRelease(release);
    const [namespace, , deployment] = parseAllDocuments(text).map((document) => document.toJS());
    const [container] = deployment.spec.template.spec.containers;

    test("runs the image that the nodes have, and has every member run it", () => {
        expect(container.image).toBe(reference(image));
        expect(container.env).toEqual([{ name: "OPERATOR_IMAGE_NAME", value: reference(image) }]);
        expect(container.imagePullPolicy).toBe("IfNotPresent");
        expect(text).not.toContain("ghcr.io");
    });

    test("isn't slowed down at its start, and keeps its other limits", () => {
        expect(container.resources).toEqual({ limits: { memory: "200Mi" }, requests: { cpu: "100m", memory: "100Mi" } });
    });

    test("is in a namespace that enforces Pod Security", () => {
        expect(namespace.metadata).toEqual({
            name: "cnpg-system",
            labels: { "app.kubernetes.io/name": "cloudnative-pg", "pod-security.kubernetes.io/enforce": "restricted" },
        });
    });

    test("has its definitions as they are written", () => {
        expect(text).toContain(`---\n${definition}---\n`);
    });
});

describe("the add-on", () => {
    test("has the operator's image and no process of its own", () => {
        expect(addOnImages("cloudnative-pg")).toEqual([shortName(image)]);
        expect(addOnToolSets("cloudnative-pg")).toEqual([]);
    });

    test("is of one version: image, module and manifest", () => {
        const pinned = fs.readFileSync(path.join(sandbox, "toolchain/modules/cloudnative-pg/go.mod"), "utf8");
        expect(pinned).toContain(`github.com/cloudnative-pg/cloudnative-pg v${image.tag} `);
        expect(release).toContain(`cloudnative-pg:${image.tag}\n`);
    });

    test("is applied again when what it is made from has changed", () => {
        expect(cloudnativePgVersion(sandbox)).toBe(cloudnativePgVersion(sandbox));
        expect(cloudnativePgVersion(path.join(sandbox, "elsewhere"))).not.toBe(cloudnativePgVersion(sandbox));
    });
});
