/** The pack that the engine talks to. Importing this file starts its server: everything else lies in files beside it. */

import { PolicyPack } from "@pulumi/policy";
import { policyOf } from "./policies";
import { guardrails } from "./rules";

new PolicyPack("holdfast-guardrails", { policies: guardrails.map(policyOf), displayName: "Holdfast guardrails" });
