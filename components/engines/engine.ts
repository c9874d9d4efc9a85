/** What every engine has in common: how it is checked, made, and what clients learn of it. */

import type * as pulumi from "@pulumi/pulumi";
import type { BackedUpPods } from "../backups/planned-backup";
import type { Stream } from "../backups/stream";
import type { Watched } from "../monitoring/monitoring";
import type { InputProblem } from "../problems";
import type { StatefulAppArgs } from "../stateful-app-args";
import type { ClusterNeed } from "../storage/driver-presence";
import type { Plan } from "../usecases/plan";

/** Where an engine is made, and what it waits for. */
export interface EngineContext {
    component: pulumi.ComponentResource;
    namespace: string;
    storageClass: pulumi.Input<string>;
    /** Classes of volumes that have their own, by the volume's name. */
    volumeClasses: { [volume: string]: pulumi.Input<string> };
    dependsOn: pulumi.Resource[];
    /** What the pods and claims carry for their backup. */
    backedUp: BackedUpPods;
}

/** What clients need to know of an engine that was made. */
export interface MadeEngine {
    host: pulumi.Output<string>;
    port: number;
    database: pulumi.Output<string>;
    user: pulumi.Output<string>;
    passwordSecret: pulumi.Output<string>;
    claimNames: pulumi.Output<string[]>;
    claimClasses: pulumi.Output<{ [claim: string]: string }>;
    /** All of it. */
    component: pulumi.Resource;
}

/** How one engine is checked and made from a plan. */
export interface Engine {
    problems(plan: Plan, args: StatefulAppArgs): InputProblem[];
    /** What can be seen without a plan, where the wish gives none: so that everything is told at once. */
    unplannedProblems?(app: string, args: StatefulAppArgs): InputProblem[];
    /** What has to be in the cluster before it can be made, beside storage. */
    needs?: readonly ClusterNeed[];
    /** How its data is copied as a stream; undefined where its files are copied. */
    stream(plan: Plan, args: StatefulAppArgs): Stream | undefined;
    /** What a person runs with kubectl to talk to it, in its namespace; undefined where nothing is known of its clients. */
    clientCommand?(plan: Plan, made: { database: string; user: string }): string;
    /** Where its members' figures are for Prometheus, and what to warn of; undefined where it serves none. */
    watched?(plan: Plan): Watched;
    create(name: string, plan: Plan, args: StatefulAppArgs, context: EngineContext): MadeEngine;
}
