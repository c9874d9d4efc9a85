package provider

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func podFeeds(c *cluster, obj *unstructured.Unstructured) []feed {
	if f, ok := podFeed(c, obj); ok {
		return []feed{f}
	}
	return nil
}

// judgeStatefulSet waits until every pod is of the newest revision and ready. A partition keeps the pods below it on the old revision,
// and with OnDelete nobody but the user replaces them.
func judgeStatefulSet(_ context.Context, _ *cluster, obj *unstructured.Unstructured, _ view) verdict {
	if !observed(obj) {
		return verdict{waiting: "Waiting for the StatefulSet controller to take the change up"}
	}
	wanted := number(obj, 1, "spec", "replicas")
	ready, updated := number(obj, 0, "status", "readyReplicas"), number(obj, 0, "status", "updatedReplicas")
	if ready < wanted || number(obj, 0, "status", "replicas") != wanted {
		return verdict{waiting: fmt.Sprintf("Waiting for pods to be ready: %d of %d", ready, wanted)}
	}
	if text(obj, "spec", "updateStrategy", "type") == "OnDelete" {
		return verdict{ready: true}
	}
	partition := number(obj, 0, "spec", "updateStrategy", "rollingUpdate", "partition")
	if rolled := max(wanted-partition, 0); updated < rolled {
		return verdict{waiting: fmt.Sprintf("Waiting for pods to be updated: %d of %d", updated, rolled)}
	}
	if partition == 0 && text(obj, "status", "currentRevision") != text(obj, "status", "updateRevision") {
		return verdict{waiting: "Waiting for the rolling update to be finished"}
	}
	return verdict{ready: true}
}

// judgeDeployment waits until every pod is of the newest revision and available, and the old ones are gone.
func judgeDeployment(_ context.Context, _ *cluster, obj *unstructured.Unstructured, _ view) verdict {
	if !observed(obj) {
		return verdict{waiting: "Waiting for the Deployment controller to take the change up"}
	}
	if c := conditionOf(obj, "Progressing"); c.reason == "ProgressDeadlineExceeded" {
		return verdict{failed: "the rollout made no progress within progressDeadlineSeconds: " + c.message}
	}
	if flag(obj, "spec", "paused") {
		return verdict{ready: true}
	}
	wanted := number(obj, 1, "spec", "replicas")
	updated, available := number(obj, 0, "status", "updatedReplicas"), number(obj, 0, "status", "availableReplicas")
	all := number(obj, 0, "status", "replicas")
	switch {
	case updated < wanted:
		return verdict{waiting: fmt.Sprintf("Waiting for new pods: %d of %d", updated, wanted)}
	case available < wanted:
		return verdict{waiting: fmt.Sprintf("Waiting for pods to be available: %d of %d", available, wanted)}
	case all > updated:
		return verdict{waiting: fmt.Sprintf("Waiting for %d old pods to be gone", all-updated)}
	}
	return verdict{ready: true}
}

// judgeDaemonSet waits until every node that should run a pod runs one of the newest revision, available.
func judgeDaemonSet(_ context.Context, _ *cluster, obj *unstructured.Unstructured, _ view) verdict {
	if !observed(obj) {
		return verdict{waiting: "Waiting for the DaemonSet controller to take the change up"}
	}
	wanted := number(obj, 0, "status", "desiredNumberScheduled")
	updated, available := number(obj, 0, "status", "updatedNumberScheduled"), number(obj, 0, "status", "numberAvailable")
	if text(obj, "spec", "updateStrategy", "type") != "OnDelete" && updated < wanted {
		return verdict{waiting: fmt.Sprintf("Waiting for pods to be updated: %d of %d", updated, wanted)}
	}
	if available < wanted {
		return verdict{waiting: fmt.Sprintf("Waiting for pods to be available: %d of %d", available, wanted)}
	}
	return verdict{ready: true}
}

// judgeReplicas waits until the wanted number of pods is available.
func judgeReplicas(_ context.Context, _ *cluster, obj *unstructured.Unstructured, _ view) verdict {
	wanted, available := number(obj, 1, "spec", "replicas"), number(obj, 0, "status", "availableReplicas")
	if !observed(obj) || available < wanted {
		return verdict{waiting: fmt.Sprintf("Waiting for pods to be available: %d of %d", available, wanted)}
	}
	return verdict{ready: true}
}

// judgePod waits until the pod is ready, or has run to its end.
func judgePod(_ context.Context, _ *cluster, obj *unstructured.Unstructured, _ view) verdict {
	switch text(obj, "status", "phase") {
	case "Succeeded":
		return verdict{ready: true}
	case "Failed":
		return verdict{failed: "the pod failed", missing: podTrouble(obj)}
	}
	if conditionOf(obj, "Ready").status == "True" {
		return verdict{ready: true}
	}
	return verdict{waiting: "Waiting for the pod to be ready", missing: podTrouble(obj)}
}

// judgeJob waits until the job is complete. A suspended job waits for somebody else.
func judgeJob(_ context.Context, _ *cluster, obj *unstructured.Unstructured, _ view) verdict {
	if conditionOf(obj, "Complete").status == "True" || flag(obj, "spec", "suspend") {
		return verdict{ready: true}
	}
	if c := conditionOf(obj, "Failed"); c.status == "True" {
		return verdict{failed: "the job failed: " + c.message}
	}
	done, wanted := number(obj, 0, "status", "succeeded"), number(obj, 1, "spec", "completions")
	return verdict{waiting: fmt.Sprintf("Waiting for the job to complete: %d of %d", done, wanted)}
}
