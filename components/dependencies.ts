import * as pulumi from "@pulumi/pulumi";

type DependsOn = pulumi.ResourceOptions["dependsOn"];

/** The dependencies a component was given, and more. Children don't inherit them, so each one is told. */
export function dependenciesOf(given: DependsOn, ...more: pulumi.Resource[]): DependsOn {
    return pulumi.output(given ?? []).apply((resources) => [...(Array.isArray(resources) ? resources : [resources]), ...more]);
}
