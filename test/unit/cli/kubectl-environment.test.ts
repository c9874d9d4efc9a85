import { kubectlEnvironment } from "../../../cli/kubectl-environment";
import { secretVariables } from "../../../stacks/backups";

test("kubectl gets everything but what is the program's and the engine's alone", () => {
    const secrets = Object.fromEntries(
        [...secretVariables, "PULUMI_CONFIG_PASSPHRASE", "PULUMI_ACCESS_TOKEN"].map((name) => [name, "secret"]),
    );
    expect(secretVariables).toContain("HOLDFAST_BACKUP_SECRET_ACCESS_KEY");
    const others = { PATH: "/bin", KUBECONFIG: "k", AWS_PROFILE: "p", HOLDFAST_BACKUP_BUCKET: "b" };
    expect(kubectlEnvironment({ ...others, ...secrets })).toEqual(others);
});
