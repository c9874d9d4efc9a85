import * as pulumi from "@pulumi/pulumi";
import { dependenciesOf } from "../dependencies";
import { refuseProblems } from "../problems";
import { createPassword, passwordSecretNameOf } from "./password";
import { StatefulWorkload } from "./stateful-workload";
import { memberArgs, valkeyProblems } from "./valkey/members";
import type { ValkeyArgs } from "./valkey/valkey-args";

/**
 * Valkey with Sentinel: one primary that takes the writes, replicas that follow it, and a majority of sentinels that chooses another one.
 *
 * Clients connect to one name and reach the primary, whichever member that is; those that know Sentinel ask on port 26379 for the
 * component's name. A member that starts never leads because it led before: it looks at the others first, so that one with an empty volume
 * is never copied over those that have data. A primary that is told to stop hands over first, and one that reaches no replica takes no
 * writes.
 *
 * Cost: `replicas` times the resources and a volume, and for each member about 40m and 64Mi for sentinel, guard and proxy.
 *
 * @example
 * new Valkey("carts", { namespace: "carts", image: "docker.io/valkey/valkey:8.1.4", size: "8Gi", storageClass: fast.className });
 */
export class Valkey extends pulumi.ComponentResource {
    /** Name clients connect to: port 6379 is the primary, 26379 a sentinel, 6381 any member for reads, 9121 the figures of one member. */
    public readonly host: pulumi.Output<string>;
    /** Name of the Secret that holds the clients' password under `password`. */
    public readonly passwordSecret: pulumi.Output<string>;
    /** Names of the claims, in the order of members. */
    public readonly claimNames: pulumi.Output<string[]>;
    /** The class each claim really has, by the claim's name. */
    public readonly claimClasses: pulumi.Output<{ [claim: string]: string }>;

    constructor(name: string, args: ValkeyArgs, opts?: pulumi.ComponentResourceOptions) {
        super("holdfast:index:Valkey", name, {}, opts);
        const app = args.app ?? name;
        refuseProblems("Valkey", name, valkeyProblems(args));
        const { namespace, allow } = args;
        const request = { app, namespace, allow };
        const passwords = [
            ...(args.passwordSecret === undefined
                ? [createPassword(this, `${name}-password`, { ...request, password: args.password }, opts?.dependsOn)]
                : []),
            createPassword(this, `${name}-members-password`, { ...request, isOfMembers: true }, opts?.dependsOn),
        ];
        const members = new StatefulWorkload(`${name}-members`, memberArgs(app, args), {
            parent: this,
            dependsOn: dependenciesOf(opts?.dependsOn, ...passwords),
        });
        this.host = members.host;
        this.passwordSecret = pulumi.output(args.passwordSecret ?? passwordSecretNameOf(app));
        this.claimNames = members.claimNames;
        this.claimClasses = members.claimClasses;
        const { host, passwordSecret, claimNames, claimClasses } = this;
        this.registerOutputs({ host, passwordSecret, claimNames, claimClasses });
    }
}
