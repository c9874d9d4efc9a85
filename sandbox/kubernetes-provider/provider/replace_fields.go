package provider

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// everyKind lists the fields whose change means another object, whatever the kind.
var everyKind = []string{"metadata.name", "metadata.namespace"}

// workloadSelector is shared by the kinds whose selector the API fixes at creation.
var workloadSelector = []string{"spec.selector"}

// replaceFields are, per "group/Kind" and beyond everyKind, the fields that can't be changed in place: changing one plans a
// replacement. A field the API refuses to change but that is not listed (reclaimPolicy of a StorageClass, say) is an update, which
// the API then refuses. `[*]` stands for any index.
var replaceFields = map[string][]string{
	"/ConfigMap": {"binaryData", "data"},
	"/PersistentVolume": {
		"spec.awsElasticBlockStore", "spec.azureDisk", "spec.azureFile", "spec.cephfs", "spec.cinder", "spec.csi", "spec.fc",
		"spec.flexVolume", "spec.flocker", "spec.gcePersistentDisk", "spec.glusterfs", "spec.hostPath", "spec.iscsi", "spec.local",
		"spec.nfs", "spec.photonPersistentDisk", "spec.portworxVolume", "spec.quobyte", "spec.rbd", "spec.scaleIO",
		"spec.storageos", "spec.vsphereVolume",
	},
	"/PersistentVolumeClaim": {"spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"},
	"/Pod": {
		"spec.containers[*].env", "spec.containers[*].image", "spec.containers[*].lifecycle", "spec.containers[*].livenessProbe",
		"spec.containers[*].readinessProbe", "spec.containers[*].securityContext", "spec.containers[*].terminationMessagePath",
		"spec.containers[*].workingDir",
	},
	"/ResourceQuota":   {"spec.scopes"},
	"/Secret":          {"data", "stringData", "type"},
	"/Service":         {"spec.clusterIP", "spec.type"},
	"apps/DaemonSet":   workloadSelector,
	"apps/Deployment":  workloadSelector,
	"apps/ReplicaSet":  workloadSelector,
	"apps/StatefulSet": {"spec.podManagementPolicy", "spec.revisionHistoryLimit", "spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"},
	"batch/Job":        {"spec.completionMode", "spec.completions", "spec.selector", "spec.template"},
	"rbac.authorization.k8s.io/ClusterRoleBinding": {"roleRef"},
	"rbac.authorization.k8s.io/RoleBinding":        {"roleRef"},
	"scheduling.k8s.io/PriorityClass":              {"preemptionPolicy", "value"},
	"storage.k8s.io/StorageClass":                  {"parameters", "provisioner"},
}

// mutableData are the fields that the provider options for mutable config maps and secrets take out of the table.
var mutableData = setOf("binaryData", "data", "stringData")

// replacing returns the fields that force a replacement of this kind. A config map or secret marked immutable keeps all of them.
func (o options) replacing(gvk schema.GroupVersionKind, immutable bool) [][]string {
	name := gvk.Group + "/" + gvk.Kind
	inPlace := !immutable && (name == "/ConfigMap" && o.configMapMutable || name == "/Secret" && o.secretMutable)
	var fields [][]string
	for _, field := range append(append([]string{}, everyKind...), replaceFields[name]...) {
		if inPlace && mutableData[field] {
			continue
		}
		fields = append(fields, strings.Split(strings.ReplaceAll(field, "[*]", ".[*]"), "."))
	}
	return fields
}
