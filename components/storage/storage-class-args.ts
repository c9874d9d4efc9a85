/** What every storage component is made from, whatever kind of storage is behind it. */
export interface StorageClassArgs {
    /** Key of the driver in the table of drivers: `local-path`, `ceph-rbd`, `sandbox-pool`. */
    driver: string;
    /**
     * First part of the class's name, which is shared by the whole cluster.
     * @default the component's name
     */
    className?: string;
    /**
     * The CSI provisioner; needed for a driver that is not in the table.
     * @default the driver's
     */
    provisioner?: string;
    /**
     * Parameters for the provisioner, added to the driver's own and put before them. A changed one makes a new class and leaves the old one.
     * @default the driver's
     */
    parameters?: { [name: string]: string };
    /**
     * Volumes are encrypted at rest. What the driver needs for it is in the table of drivers (Longhorn: a Secret; Ceph: a KMS entry).
     * @default true where the driver can
     */
    encrypted?: boolean;
    /**
     * Options to mount every volume with. They are edited in place, and hold for volumes made from then on.
     * @default the driver's
     */
    mountOptions?: string[];
    /**
     * Volumes are made before a pod asks for them, wherever that puts them; only for drivers that can't delay.
     * @default false where the driver can delay: a volume is made where its first pod runs (WaitForFirstConsumer)
     */
    bindsImmediately?: boolean;
    /**
     * Claims of the class may grow.
     * @default what the driver can; true for a driver that is not in the table
     */
    allowsExpansion?: boolean;
    /**
     * Where volumes may be made: labels of nodes, each with the values that will do: `{ "topology.kubernetes.io/zone": ["a", "b"] }`.
     * @default anywhere
     */
    allowedTopologies?: { [label: string]: string[] };
    /**
     * Claims of the class are mounted by many nodes at once (ReadWriteMany); refused where the driver serves one node at a time.
     * @default false
     */
    isShared?: boolean;
    /**
     * Claims that name no class get this one, in the whole cluster.
     * @default false
     */
    isClusterDefault?: boolean;
    /**
     * A VolumeSnapshotClass is made too. It takes the snapshot CRDs in the cluster: write false where they are not.
     * @default what the driver can; false for a driver that is not in the table
     */
    makesSnapshotClass?: boolean;
    /**
     * Parameters of the VolumeSnapshotClass, added to the driver's own and put before them.
     * @default the driver's
     */
    snapshotParameters?: { [name: string]: string };
    /**
     * VolumeAttributesClasses to make, by a name of your choice: `{ busy: { iops: "8000" } }`. A claim that names one has its volume changed
     * while it is in use. It takes Kubernetes 1.34 and a driver that can.
     * @default none
     */
    attributes?: { [name: string]: { [parameter: string]: string } };
    /**
     * Kubeconfig of the cluster in which a preview looks for the driver. Nothing is looked for without this or `context`.
     * @default kubectl's own search, for the given context
     */
    kubeconfig?: string;
    /**
     * Context of the cluster in which a preview looks for the driver.
     * @default the current one of the given kubeconfig
     */
    context?: string;
}
