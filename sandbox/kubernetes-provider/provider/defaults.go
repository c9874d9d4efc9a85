package provider

import (
	"reflect"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// apiDefaults are, per "group/Kind" and path, the values the API fills in when a field is left out. An import leaves them out of the
// inputs again, so that a program which never wrote them shows no difference. `*` stands for every item of a list; `{pod}` for the
// pod template's place.
var apiDefaults = map[string]map[string]any{
	"/Namespace":             {"spec.finalizers": []any{"kubernetes"}},
	"/Pod":                   {"spec.enableServiceLinks": true, "spec.preemptionPolicy": "PreemptLowerPriority", "spec.priority": int64(0)},
	"/PersistentVolume":      {"spec.persistentVolumeReclaimPolicy": "Retain", "spec.volumeMode": "Filesystem", "spec.hostPath.type": ""},
	"/PersistentVolumeClaim": {"spec.volumeMode": "Filesystem"},
	"/Secret":                {"type": "Opaque"},
	"/Service": {
		"spec.internalTrafficPolicy": "Cluster", "spec.sessionAffinity": "None", "spec.type": "ClusterIP", "spec.ipFamilyPolicy": "SingleStack",
		"spec.ports.*.protocol": "TCP", "spec.allocateLoadBalancerNodePorts": true, "spec.externalTrafficPolicy": "Cluster",
	},
	"apps/DaemonSet": {
		"spec.revisionHistoryLimit": int64(10), "spec.updateStrategy.rollingUpdate": map[string]any{"maxSurge": int64(0), "maxUnavailable": int64(1)},
		"spec.updateStrategy": map[string]any{"type": "RollingUpdate"},
	},
	"apps/Deployment": {
		"spec.progressDeadlineSeconds": int64(600), "spec.replicas": int64(1), "spec.revisionHistoryLimit": int64(10),
		"spec.strategy.rollingUpdate": map[string]any{"maxSurge": "25%", "maxUnavailable": "25%"}, "spec.strategy": map[string]any{"type": "RollingUpdate"},
	},
	"apps/ReplicaSet": {"spec.replicas": int64(1)},
	"apps/StatefulSet": {
		"spec.podManagementPolicy": "OrderedReady", "spec.replicas": int64(1), "spec.revisionHistoryLimit": int64(10),
		"spec.persistentVolumeClaimRetentionPolicy":   map[string]any{"whenDeleted": "Retain", "whenScaled": "Retain"},
		"spec.updateStrategy.rollingUpdate.partition": int64(0), "spec.updateStrategy": map[string]any{"type": "RollingUpdate"},
		"spec.volumeClaimTemplates.*.apiVersion": "v1", "spec.volumeClaimTemplates.*.kind": "PersistentVolumeClaim",
		"spec.volumeClaimTemplates.*.spec.volumeMode": "Filesystem", "spec.volumeClaimTemplates.*.status": map[string]any{"phase": "Pending"},
		"spec.volumeClaimTemplates.*.metadata.creationTimestamp": nil,
	},
	"batch/CronJob": {
		"spec.concurrencyPolicy": "Allow", "spec.failedJobsHistoryLimit": int64(1), "spec.successfulJobsHistoryLimit": int64(3), "spec.suspend": false,
		"spec.jobTemplate.metadata.creationTimestamp": nil,
	},
	"batch/Job": {
		"spec.backoffLimit": int64(6), "spec.completionMode": "NonIndexed", "spec.completions": int64(1), "spec.manualSelector": false,
		"spec.parallelism": int64(1), "spec.podReplacementPolicy": "TerminatingOrFailed", "spec.suspend": false,
	},
	"apiextensions.k8s.io/CustomResourceDefinition": {"spec.conversion": map[string]any{"strategy": "None"}},
	"storage.k8s.io/StorageClass":                   {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"},
}

// podDefaults are those of a pod's spec, wherever it stands.
var podDefaults = map[string]any{
	"dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler", "terminationGracePeriodSeconds": int64(30),
	"containers.*.ports.*.protocol": "TCP", "containers.*.terminationMessagePath": "/dev/termination-log", "containers.*.terminationMessagePolicy": "File",
	"containers.*.livenessProbe.failureThreshold": int64(3), "containers.*.livenessProbe.periodSeconds": int64(10),
	"containers.*.livenessProbe.successThreshold": int64(1), "containers.*.livenessProbe.timeoutSeconds": int64(1),
	"containers.*.livenessProbe.httpGet.scheme": "HTTP", "containers.*.env.*.valueFrom.fieldRef.apiVersion": "v1",
	"volumes.*.secret.defaultMode": int64(420), "volumes.*.configMap.defaultMode": int64(420), "volumes.*.projected.defaultMode": int64(420),
	"volumes.*.downwardAPI.defaultMode": int64(420), "volumes.*.hostPath.type": "",
}

// podAt says where a kind keeps its pod's spec.
var podAt = map[string]string{
	"/Pod": "spec", "apps/DaemonSet": "spec.template.spec", "apps/Deployment": "spec.template.spec", "apps/ReplicaSet": "spec.template.spec",
	"apps/StatefulSet": "spec.template.spec", "batch/Job": "spec.template.spec", "batch/CronJob": "spec.jobTemplate.spec.template.spec",
}

// dropDefaults removes from an object what the API put there by default.
func dropDefaults(gvk schema.GroupVersionKind, obj map[string]any) {
	name := gvk.Group + "/" + gvk.Kind
	for _, path := range longestFirst(apiDefaults[name]) {
		dropDefault(obj, strings.Split(path, "."), apiDefaults[name][path])
	}
	if at, ok := podAt[name]; ok {
		dropPodDefaults(obj, at)
	}
	switch name {
	case "/Service":
		dropServiceAllocations(obj)
	case "/PersistentVolume":
		dropNested(obj, "spec", "claimRef")
	case "batch/Job":
		dropJobIdentity(obj)
	}
}

func dropPodDefaults(obj map[string]any, at string) {
	for _, path := range longestFirst(podDefaults) {
		value := podDefaults[path]
		dropDefault(obj, strings.Split(at+"."+path, "."), value)
		for from, to := range map[string]string{"containers.": "initContainers.", "livenessProbe.": "readinessProbe."} {
			if strings.Contains(path, from) {
				dropDefault(obj, strings.Split(at+"."+strings.Replace(path, from, to, 1), "."), value)
			}
		}
		if strings.Contains(path, "livenessProbe.") {
			dropDefault(obj, strings.Split(at+"."+strings.Replace(path, "livenessProbe.", "startupProbe.", 1), "."), value)
		}
	}
	eachContainer(obj, at, func(container map[string]any) {
		if container["imagePullPolicy"] == pullPolicyOf(container["image"]) {
			delete(container, "imagePullPolicy")
		}
		dropIfEmpty(container, "resources")
	})
	if spec, ok := descend(obj, strings.Split(at, ".")); ok {
		dropIfEmpty(spec, "securityContext")
		if spec["serviceAccount"] == spec["serviceAccountName"] {
			delete(spec, "serviceAccount")
		}
	}
	if i := strings.LastIndex(at, "."); i > 0 {
		dropDefault(obj, strings.Split(at[:i]+".metadata.creationTimestamp", "."), nil)
	}
}

// pullPolicyOf is the API's choice for an image: Always for the tag latest or none, else IfNotPresent.
func pullPolicyOf(image any) any {
	name, _ := image.(string)
	if strings.Contains(name, "@") {
		return "IfNotPresent"
	}
	tag := name[strings.LastIndex(name, "/")+1:]
	if _, tag, ok := strings.Cut(tag, ":"); ok && tag != "latest" {
		return "IfNotPresent"
	}
	return "Always"
}

func eachContainer(obj map[string]any, at string, do func(map[string]any)) {
	spec, ok := descend(obj, strings.Split(at, "."))
	if !ok {
		return
	}
	for _, field := range []string{"containers", "initContainers"} {
		list, _ := spec[field].([]any)
		for _, item := range list {
			if container, ok := item.(map[string]any); ok {
				do(container)
			}
		}
	}
}

// dropServiceAllocations removes the addresses and node ports that the API server chose. A headless service's "None" was asked for.
func dropServiceAllocations(obj map[string]any) {
	spec, ok := descend(obj, []string{"spec"})
	if !ok {
		return
	}
	delete(spec, "clusterIPs")
	delete(spec, "ipFamilies")
	if spec["clusterIP"] != "None" {
		delete(spec, "clusterIP")
	}
	delete(spec, "healthCheckNodePort")
	ports, _ := spec["ports"].([]any)
	for _, item := range ports {
		if port, ok := item.(map[string]any); ok {
			delete(port, "nodePort")
			if reflect.DeepEqual(port["targetPort"], port["port"]) {
				delete(port, "targetPort")
			}
		}
	}
}

// dropJobIdentity removes the selector and labels the API server gave the job.
func dropJobIdentity(obj map[string]any) {
	dropNested(obj, "spec", "selector")
	for _, label := range bookkeeping["labels"] {
		dropNested(obj, "spec", "template", "metadata", "labels", label)
	}
}
