/** A program whose resources are made by loading it, as most are. */

import { ConfigMap } from "@pulumi/kubernetes/core/v1";

const settings = new ConfigMap("settings", { metadata: { name: "settings", namespace: "shop" } });
export const id = settings.id;
