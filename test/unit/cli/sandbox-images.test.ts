import { missingImages, neededImages } from "../../../cli/sandbox-images";
import { planOf } from "../../../components/stateful-app";
import type { Plan } from "../../../components/usecases/plan";
import type { Settings } from "../../../stacks/keys";

const valkey = "registry.sandbox.holdfast/valkey:8.1";
const settings: Settings = {
    useCase: "custom",
    target: "sandbox",
    image: "registry.sandbox.holdfast/busybox:1",
    workload: {
        ports: [{ name: "http", port: 8080 }],
        volumes: [{ name: "data", mountPath: "/srv" }],
        sidecars: [{ name: "cache", image: valkey }],
    },
};
const plan = planOf("wiki", settings).plan as Plan;

test("the nodes get the images that a stack's containers name, each once", () => {
    expect(neededImages(settings, plan)).toEqual(["pause:1", "busybox:1", "valkey:8.1"]);
    expect(neededImages({ useCase: "user-preferences", target: "sandbox" }, { ...plan, useCase: "user-preferences" })).toContain(
        "postgres:17",
    );
});

test("an image that the sandbox hasn't is refused by the key that names it, with those there are", () => {
    expect(missingImages(settings, plan)).toEqual([]);
    const workload = { ...settings.workload, initContainers: [{ name: "x", image: "docker.io/library/nginx:1" }] } as Settings["workload"];
    expect(missingImages({ ...settings, workload }, plan)).toEqual([
        expect.stringMatching(
            /^holdfast:workload\.initContainers\[0\]\.image: the sandbox has no image docker\.io\/library\/nginx:1.*busybox:1/,
        ),
    ]);
    expect(missingImages({ ...settings, image: "nginx:1" }, undefined)).toEqual([expect.stringMatching(/^holdfast:image: .*nginx:1/)]);
});
