/** One PostgreSQL server, made from a plan. */

import { postgresStream } from "../backups/postgres-stream";
import { Postgres } from "../workloads/postgres";
import { databaseNameOf, databaseNameProblem, postgresPort } from "../workloads/postgres-settings";
import type { Engine, MadeEngine } from "./engine";
import { memberArgs, ownImageProblems } from "./member-args";

/** Asked of a database where its policy has no query: it is there, and has its tables. */
const anyTables = "SELECT count(*) FROM pg_catalog.pg_class WHERE relkind = 'r'";

export const postgres: Engine = {
    problems(plan, args) {
        const problems = ownImageProblems(plan, args, "PostgreSQL");
        const database = databaseNameProblem(args.database ?? databaseNameOf(plan.app));
        if (database) {
            problems.push({ path: "database", reason: database });
        }
        if (plan.replicas !== 1) {
            problems.push({ path: "replicas", reason: `${plan.replicas} is not 1: PostgreSQL as a plain StatefulSet is one server.` });
        }
        if (args.isStopped) {
            problems.push({
                path: "isStopped",
                reason: "a database takes its data while it runs, by psql or `holdfast restore`. Leave it out; `holdfast down` stops it.",
            });
        }
        if ((args.keepClaims ?? 1) !== 1) {
            problems.push({ path: "keepClaims", reason: `${args.keepClaims} is not 1: PostgreSQL as a plain StatefulSet has one claim.` });
        }
        return problems;
    },
    stream(plan, args) {
        const database = args.database ?? databaseNameOf(plan.app);
        return postgresStream({ app: plan.app, database, owner: database, query: plan.backup.drill?.query || anyTables });
    },
    clientCommand: ({ app }, { user, database }) => `exec -it ${app}-0 -- psql -U ${user} -d ${database}`,
    create(name, plan, args, context) {
        const made = new Postgres(
            `${name}-postgres`,
            {
                ...memberArgs(plan, args),
                namespace: context.namespace,
                storageClass: context.storageClass,
                restoreFrom: args.restoreFrom,
                annotations: context.backedUp.annotations,
                configFiles: context.backedUp.configFiles,
                claimAnnotations: context.backedUp.claimAnnotations,
                settings: plan.engine.settings,
                database: args.database,
                password: args.password,
                passwordSecret: args.passwordSecret,
            },
            { parent: context.component, dependsOn: [...context.dependsOn, ...context.backedUp.dependsOn] },
        );
        return { ...pick(made), port: postgresPort, component: made };
    },
};

function pick({ host, database, user, passwordSecret, claimNames, claimClasses }: Postgres): Omit<MadeEngine, "port" | "component"> {
    return { host, database, user, passwordSecret, claimNames, claimClasses };
}
