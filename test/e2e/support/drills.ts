import { RestoreDrill } from "../../../components/backups/restore-drill";
import type { RestoreDrillArgs } from "../../../components/backups/restore-drill-args";
import { record } from "../../../components/testing";
import type { World } from "./world";

/** A result as `docs/drill-schema.json` has it. */
export interface DrillResult {
    outcome: string;
    failure?: string;
    detail?: string;
    startedAt: string;
    rpoSeconds?: number;
    rtoSeconds?: number;
    answer?: string;
    recorded?: string;
    bytes?: number;
}

interface JobObject {
    status: { conditions?: { type: string; status: string }[] };
}

/** What a test reads of an object. */
export interface DrillObject {
    kind: string;
    metadata: { name: string; namespace: string };
    spec: { jobTemplate?: { spec: object } };
}

/** The objects of a drill, as the component makes them. */
export async function drillObjects(app: string, args: RestoreDrillArgs): Promise<DrillObject[]> {
    const { resources } = await record(() => {
        new RestoreDrill(app, args);
    });
    return resources.filter(({ type }) => type.startsWith("kubernetes:")).map(({ inputs }) => inputs as DrillObject);
}

/** One application's drill in the cluster. */
export class Drill {
    constructor(
        private readonly world: World,
        readonly app: string,
    ) {}

    get namespace(): string {
        return `${this.app}-drill`;
    }

    kubectl(...args: string[]): string {
        return this.world.kubectl("-n", this.namespace, ...args);
    }

    start(job: string): void {
        this.kubectl("create", "job", job, `--from=cronjob/${this.namespace}`);
    }

    /** How a Job ended: `Complete` or `Failed`, or undefined while it runs. */
    ended(job: string): string | undefined {
        const { status } = JSON.parse(this.kubectl("get", "job", job, "-o", "json")) as JobObject;
        return status.conditions?.find(({ type, status: is }) => is === "True" && /^(Complete|Failed)$/.test(type))?.type;
    }

    get result(): DrillResult {
        return JSON.parse(this.kubectl("get", "configmap", this.namespace, "-o", "jsonpath={.data.result\\.json}"));
    }

    get metrics(): string {
        return this.kubectl("get", "configmap", this.namespace, "-o", "jsonpath={.data.metrics\\.prom}");
    }

    /** What drills said of themselves: other events on the CronJob are Kubernetes' own. */
    get events(): string {
        const { items } = JSON.parse(this.kubectl("get", "events", "-o", "json")) as {
            items: { source: { component: string }; reason: string; message: string }[];
        };
        const own = items.filter(({ source }) => source.component === "holdfast-drill");
        return own.map(({ reason, message }) => `${reason}: ${message}`).join("\n");
    }

    logs(job: string): string {
        return this.kubectl("logs", `job/${job}`, "--all-containers", "--ignore-errors");
    }
}
